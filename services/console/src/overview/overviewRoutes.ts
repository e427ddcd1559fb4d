import { type Route, route } from "@cart/http-kit";
import { requireRead } from "../access/consoleAccess.ts";
import { noStore, shown } from "../http/schemas.ts";
import type { Observer } from "./observer.ts";
import { overviewSchema } from "./overviewSchema.ts";

/** The figures of the whole system. They name no cart and no user, so every tenant's people may see them. */
export const overviewRoutes: readonly Route<{ readonly observer: Observer }>[] = [
  route({
    method: "GET",
    path: "/api/overview",
    operationId: "getOverview",
    tag: "overview",
    summary: "Show the figures of the system, now and in the last hour, and what needs a person",
    access: requireRead,
    answers: shown("The figures.", overviewSchema),
    handle: async (_request, { observer }: { readonly observer: Observer }) => ({
      status: 200,
      headers: noStore,
      body: await observer.overview(),
    }),
  }),
];
