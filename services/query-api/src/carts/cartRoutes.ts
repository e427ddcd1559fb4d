import { invalidField, retryLater, type Route, route } from "@cart/http-kit";
import { ifNoneMatch, queryProblems, shownVersioned, versioned } from "../http/queryRoute.ts";
import { cartIdParameter, getCartQuery } from "./cartParameters.ts";
import { cartNotFound, cartProblems } from "./cartProblems.ts";
import type { CartReader } from "./cartReader.ts";
import { cartSchema, cartView } from "./cartView.ts";

type Services = { readonly carts: CartReader };

/** One cart: as the read model has it, or as it was at a version. */
export const cartRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/carts/{id}",
    operationId: "getCart",
    tag: "carts",
    summary: "Get a cart as it is, or as it was",
    description:
      "The read model is briefly behind the writes: `min_version` waits for the version that a command answered. With `at_version` the cart is folded from its events.",
    params: cartIdParameter,
    query: getCartQuery,
    headers: ifNoneMatch,
    answers: shownVersioned("The cart.", cartSchema),
    problems: queryProblems(cartProblems.notFound, cartProblems.archived, cartProblems.versionNotFound, {
      ...cartProblems.versionNotReached,
      headers: retryLater,
    }),
    handle: async (request, { carts }: Services) => {
      const id = request.params.id.toLowerCase();
      const { min_version: minVersion, at_version: atVersion } = request.query;
      if (minVersion !== undefined && atVersion !== undefined) throw invalidField("at_version", "cannot go together with min_version");
      const cart = await (atVersion === undefined ? carts.newest(id, minVersion ?? 0, request) : carts.past(id, atVersion, request));
      if (cart === undefined) throw cartNotFound();
      return versioned(request.headers, cart.version, () => cartView(cart));
    },
  }),
];
