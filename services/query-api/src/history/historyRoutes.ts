import { isAdmin } from "@cart/cart-access";
import { type Route, route } from "@cart/http-kit";
import { Type } from "typebox";
import { cartIdParameter, historyQuery } from "../carts/cartParameters.ts";
import { cartNotFound, cartProblems } from "../carts/cartProblems.ts";
import { requireNotArchived } from "../carts/requireNotArchived.ts";
import { exampleCartId } from "../examples.ts";
import { noCache, queryProblems, shown } from "../http/queryRoute.ts";
import { cartEventSchema, cartEventViews } from "./cartEventView.ts";
import { readCreation } from "./readCreation.ts";
import { readCurrency } from "./readCurrency.ts";
import { readHistoryPage } from "./readHistoryPage.ts";
import type { StoredCarts } from "./storedCarts.ts";

export const historySchema = Type.Object({
  cart_id: Type.String({ format: "uuid", examples: [exampleCartId] }),
  events: Type.Array(cartEventSchema, { description: "in the order of their versions, which have no gaps" }),
  next_after_version: Type.Union([Type.Integer(), Type.Null()], {
    description: "the `after_version` of the next page; null while there is no further event",
    examples: [null],
  }),
});

type Services = { readonly eventStore: StoredCarts };

/** What happened to a cart, straight from the event store: it is never behind a write that was answered. */
export const historyRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/carts/{id}/history",
    operationId: "getCartHistory",
    tag: "carts",
    summary: "List the events of a cart",
    description: "Read from the event store: never behind a command that was answered.",
    params: cartIdParameter,
    query: historyQuery,
    answers: shown("A page of events.", historySchema),
    problems: queryProblems(cartProblems.notFound, cartProblems.archived),
    handle: async ({ params, query, access }, { eventStore }: Services) => {
      const id = params.id.toLowerCase();
      const { after_version: after = 0, limit = 20 } = query;
      // Events never change, so several statements see no less than one would.
      const creation = await readCreation(eventStore, id, access);
      if (creation === undefined) {
        await requireNotArchived(eventStore, id, access);
        throw cartNotFound();
      }
      const currency = await readCurrency(eventStore, creation, after);
      const { events, isWhole } = await readHistoryPage(eventStore, { aggregateId: id, after, limit });
      const showsActor = access === "unchecked" || isAdmin(access);
      return {
        status: 200,
        headers: noCache,
        body: {
          cart_id: id,
          events: cartEventViews(events, { currency, showsActor }),
          next_after_version: isWhole ? null : (events.at(-1)?.version ?? null),
        },
      };
    },
  }),
];
