import { commonOperations } from "../openapi/commonOperations.ts";
import { type OpenApiDocument, openApiDocument, type OpenApiOptions } from "../openapi/openApiDocument.ts";
import type { Route } from "../route/route.ts";

/** An API: its routes and, made of them, its OpenAPI document. `Services` is what its handlers work with. */
export type Api<Services> = { readonly routes: readonly Route<Services>[]; readonly document: OpenApiDocument };

export type ApiDefinition<Services> = Omit<OpenApiOptions, "operations"> & { readonly routes: readonly Route<Services>[] };

export const defineApi = <Services>({ routes, ...described }: ApiDefinition<Services>): Api<Services> => ({
  routes,
  document: openApiDocument({ ...described, operations: [...routes, ...commonOperations] }),
});
