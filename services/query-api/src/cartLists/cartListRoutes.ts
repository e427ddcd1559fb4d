import { forbidden, isAdmin, requireTenantAdmin } from "@cart/cart-access";
import { type Access, type AccessRule, invalidField, type Route, route } from "@cart/http-kit";
import type { Static } from "typebox";
import { cartNotFound, cartProblems } from "../carts/cartProblems.ts";
import { cartSchema, cartSummaryView, cartView } from "../carts/cartView.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { ifNoneMatch, noCache, queryProblems, shown, shownVersioned, versioned } from "../http/queryRoute.ts";
import { decodeCursor, encodeCursor, type ListOrder, type ListPosition } from "./listCursor.ts";
import { cartListSchema, currentCartQuery, listQuery, statusesOf, tenantParameter, userParameter } from "./listParameters.ts";
import { type CartListPage, type CartListQuery, type ListedBy, readCartList, readCartsByActivity } from "./readCartList.ts";
import { readCurrentCart } from "./readCurrentCart.ts";

type Services = { readonly readModel: ReadOnlyDatabase };

const cartList = {
  method: "GET",
  tag: "carts",
  answers: shown("A page of carts; empty if there are none.", cartListSchema),
  problems: queryProblems(),
} as const;

const movesToTheFront = "With `order_by=last_activity`, a cart that changes between two pages moves to the front.";

/** Allows a user its own carts, and administrators those of every user of their tenant. */
const requireUser: AccessRule<Static<typeof userParameter>> = (actor, { user_id: userId }) => {
  if (actor.userId !== userId && !isAdmin(actor)) throw forbidden("the token is of another user");
};

/** The carts of a user or of a tenant. An unknown user or tenant has an empty list: only carts are known here. */
export const cartListRoutes: readonly Route<Services>[] = [
  route({
    ...cartList,
    path: "/users/{user_id}/carts",
    operationId: "listCartsOfUser",
    summary: "List a user's carts, newest first",
    description: movesToTheFront,
    query: listQuery,
    params: userParameter,
    access: requireUser,
    handle: ({ params, query, access }, { readModel }: Services) => listCarts(readModel, "user", params.user_id, query, access),
  }),
  route({
    method: "GET",
    tag: "carts",
    path: "/users/{user_id}/cart",
    operationId: "getCurrentCartOfUser",
    summary: "Get a user's current cart",
    description:
      "The OPEN or SUBMITTED cart that changed last, or else the ABANDONED one that changed last, which its customer's next change reopens. A SUBMITTED cart is at checkout: its customer pays, or reopens it. 404 if the user has none of these.",
    params: userParameter,
    query: currentCartQuery,
    headers: ifNoneMatch,
    access: requireUser,
    answers: shownVersioned("The cart.", cartSchema),
    problems: queryProblems(cartProblems.notFound),
    handle: async ({ params, headers, access }, { readModel }: Services) => {
      const cart = await readCurrentCart(readModel, params.user_id, tenantOf(access), access);
      if (cart === undefined) throw cartNotFound();
      return versioned(headers, cart.version, () => cartView(cart));
    },
  }),
  route({
    ...cartList,
    path: "/tenants/{tenant_id}/carts",
    operationId: "listCartsOfTenant",
    summary: "List a tenant's carts, newest first",
    description: movesToTheFront,
    query: listQuery,
    params: tenantParameter,
    access: requireTenantAdmin,
    handle: ({ params, query, access }, { readModel }: Services) => listCarts(readModel, "tenant", params.tenant_id, query, access),
  }),
];

const tenantOf = (access: Access): string | undefined => (access === "unchecked" ? undefined : access.tenantId);

/** Answers with a page of the carts of a user or tenant, in the order that the query asks for. */
const listCarts = async (readModel: ReadOnlyDatabase, by: ListedBy, of: string, query: Static<typeof listQuery>, access: Access) => {
  const { updated_since: updatedSince, order_by: order = updatedSince === undefined ? "created_at" : "last_activity" } = query;
  if (order === "created_at") {
    if (updatedSince !== undefined) throw invalidField("updated_since", "needs order_by=last_activity");
    return listAnswer(order, await readCartList(readModel, by, listOf(of, query, access, order)));
  }
  const since = updatedSince === undefined ? undefined : timeOf(updatedSince);
  return listAnswer(order, await readCartsByActivity(readModel, by, { ...listOf(of, query, access, order), since }));
};

const listOf = (of: string, { status, limit = 20, cursor }: Static<typeof listQuery>, access: Access, order: ListOrder): CartListQuery => ({
  of,
  tenantId: tenantOf(access),
  statuses: statusesOf(status),
  limit,
  after: positionOf(order, cursor),
});

const listAnswer = (order: ListOrder, { carts, next }: CartListPage) => {
  const body: Static<typeof cartListSchema> = {
    carts: carts.map(cartSummaryView),
    next_cursor: next === undefined ? null : encodeCursor(order, next),
  };
  return { status: 200, headers: noCache, body } as const;
};

const positionOf = (order: ListOrder, cursor: string | undefined): ListPosition | undefined => {
  if (cursor === undefined) return undefined;
  const position = decodeCursor(order, cursor);
  if (position === undefined) throw invalidField("cursor", "is not a next_cursor of this list");
  return position;
};

/** The years that the format can name, with any offset, go beyond those of a DATETIME. No cart has changed outside of these. */
const [firstTime, lastTime] = [0, Date.UTC(9999, 11, 31, 23, 59, 59, 999)];

/** A leap second has the format of a time, and no time of MySQL. */
const timeOf = (text: string): Date => {
  const time = new Date(text).getTime();
  if (Number.isNaN(time)) throw invalidField("updated_since", "must be a date-time");
  return new Date(Math.min(Math.max(time, firstTime), lastTime));
};
