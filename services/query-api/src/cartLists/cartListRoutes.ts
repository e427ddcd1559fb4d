import { forbidden, isAdmin, requireTenantAdmin } from "@cart/cart-access";
import { type Access, type AccessRule, invalidField, type Route, route } from "@cart/http-kit";
import type { Static } from "typebox";
import { cartSummaryView } from "../carts/cartView.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { noCache, queryProblems, shown } from "../http/queryRoute.ts";
import { decodeCursor, encodeCursor, type ListPosition } from "./listCursor.ts";
import { cartListSchema, listQuery, tenantParameter, userParameter } from "./listParameters.ts";
import { type ListedBy, readCartList } from "./readCartList.ts";

type Services = { readonly readModel: ReadOnlyDatabase };

const cartList = {
  method: "GET",
  tag: "carts",
  query: listQuery,
  answers: shown("A page of carts; empty if there are none.", cartListSchema),
  problems: queryProblems(),
} as const;

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
    params: userParameter,
    access: requireUser,
    handle: ({ params, query, access }, { readModel }: Services) => listCarts(readModel, "user", params.user_id, query, access),
  }),
  route({
    ...cartList,
    path: "/tenants/{tenant_id}/carts",
    operationId: "listCartsOfTenant",
    summary: "List a tenant's carts, newest first",
    params: tenantParameter,
    access: requireTenantAdmin,
    handle: ({ params, query, access }, { readModel }: Services) => listCarts(readModel, "tenant", params.tenant_id, query, access),
  }),
];

const listCarts = async (readModel: ReadOnlyDatabase, by: ListedBy, of: string, query: Static<typeof listQuery>, access: Access) => {
  const tenantId = access === "unchecked" ? undefined : access.tenantId;
  const { status, limit = 20, cursor } = query;
  const { carts, next } = await readCartList(readModel, by, { of, tenantId, status, limit, after: positionOf(cursor) });
  const body: Static<typeof cartListSchema> = {
    carts: carts.map(cartSummaryView),
    next_cursor: next === undefined ? null : encodeCursor(next),
  };
  return { status: 200, headers: noCache, body } as const;
};

const positionOf = (cursor: string | undefined): ListPosition | undefined => {
  if (cursor === undefined) return undefined;
  const position = decodeCursor(cursor);
  if (position === undefined) throw invalidField("cursor", "is not a next_cursor of this API");
  return position;
};
