import { forbiddenProblem, type Operation, type Operations, retryLater } from "@cart/http-kit";
import { commonProblems } from "@cart/process-kit";
import { type TObject, type TSchema, Type } from "typebox";
import { cartListSchema, listQuery, tenantParameter, userParameter } from "../cartLists/listParameters.ts";
import { cartIdParameter, getCartQuery, historyQuery, streamHeaders, streamQuery } from "../carts/cartParameters.ts";
import { cartProblems } from "../carts/cartProblems.ts";
import { cartSchema } from "../carts/cartView.ts";
import { cartEventSchema } from "../history/cartEventView.ts";
import { historySchema } from "../history/historyRoutes.ts";
import { funnelQuery, funnelSchema } from "../funnel/funnelParameters.ts";
import { databaseUnavailable } from "../http/databaseProblems.ts";
import { getPolicyQuery } from "../policies/policyParameters.ts";
import { policyProblems } from "../policies/policyProblems.ts";
import { policySchema } from "../policies/policyView.ts";
import { tooManyStreams } from "../stream/streamRoutes.ts";

const validated = { "Cache-Control": Type.Literal("no-cache", { description: "ask again each time" }) };
const versioned = Type.Object({
  ...validated,
  ETag: Type.String({ pattern: '^"\\d+"$', description: "the version in this answer" }),
});

const ofQueries = [commonProblems.validation, commonProblems.badRequest, { ...databaseUnavailable, headers: retryLater }];

const ok = (description: string, headers: TObject, schema: TSchema) => ({
  200: { description, headers, content: { "application/json": schema } },
});

const ifNoneMatch = Type.Object({
  "If-None-Match": Type.Optional(
    Type.String({ description: "ETags that the client has: 304 when one is that of the answer", examples: ['"2"'] }),
  ),
});

const streamMessage = Type.Object(
  {
    id: Type.String({ pattern: "^\\d+$", description: "the cart's version after the event" }),
    event: Type.Literal("cart"),
    data: Type.String({
      contentMediaType: "application/json",
      contentSchema: cartEventSchema,
      description: "the event as the history shows it",
    }),
  },
  { description: "the fields of one message" },
);

const cartList = (described: Pick<Operation, "operationId" | "summary" | "path">): Operation => ({
  ...described,
  tag: "carts",
  query: listQuery,
  answers: ok("A page of carts; an empty one when there are none.", Type.Object(validated), cartListSchema),
  problems: [...ofQueries, forbiddenProblem],
});

export const queryOperations: Operations = {
  "GET /carts/{id}": {
    operationId: "getCart",
    tag: "carts",
    summary: "A cart as it is, or as it was",
    description:
      "The read model is a moment behind the writes: `min_version` waits for what a command answered. With `at_version` the cart is folded from its events.",
    path: cartIdParameter,
    query: getCartQuery,
    headers: ifNoneMatch,
    answers: {
      ...ok("The cart.", versioned, cartSchema),
      304: { description: "The client has this version.", headers: versioned },
    },
    problems: [
      ...ofQueries,
      cartProblems.notFound,
      cartProblems.versionNotFound,
      { ...cartProblems.versionNotReached, headers: retryLater },
    ],
  },
  "GET /carts/{id}/history": {
    operationId: "getCartHistory",
    tag: "carts",
    summary: "What happened to a cart",
    description: "Straight from the event store: never behind a command that was answered.",
    path: cartIdParameter,
    query: historyQuery,
    answers: ok("A page of events.", Type.Object(validated), historySchema),
    problems: [...ofQueries, cartProblems.notFound],
  },
  "GET /carts/{id}/stream": {
    operationId: "followCart",
    tag: "carts",
    summary: "What happens to a cart, as it happens",
    description:
      "Server-sent events: one message for each version, none left out or repeated. It comes when the read model has the version. An `EventSource` that connects again resumes where it was.",
    path: cartIdParameter,
    query: streamQuery,
    headers: streamHeaders,
    answers: {
      200: {
        description: "The stream, which has no end.",
        headers: Type.Object({ "Cache-Control": Type.Literal("no-cache, no-transform") }),
        content: { "text/event-stream": streamMessage },
      },
    },
    problems: [...ofQueries, cartProblems.notFound, { ...tooManyStreams, headers: retryLater }],
  },
  "GET /users/{user_id}/carts": cartList({ operationId: "listCartsOfUser", summary: "A user's carts, newest first", path: userParameter }),
  "GET /tenants/{tenant_id}/carts": cartList({
    operationId: "listCartsOfTenant",
    summary: "A tenant's carts, newest first",
    path: tenantParameter,
  }),
  "GET /tenants/{tenant_id}/cart-abandoned-policies": {
    operationId: "getCartAbandonedPolicy",
    tag: "policies",
    summary: "When a tenant's carts count as abandoned",
    description: "The read model is a moment behind the writes: `min_version` waits for what a command answered.",
    path: tenantParameter,
    query: getPolicyQuery,
    headers: ifNoneMatch,
    answers: {
      ...ok("The policy.", versioned, policySchema),
      304: { description: "The client has this version.", headers: versioned },
    },
    problems: [...ofQueries, forbiddenProblem, policyProblems.notFound, { ...policyProblems.versionNotReached, headers: retryLater }],
  },
  "GET /tenants/{tenant_id}/cart-funnel": {
    operationId: "getCartFunnel",
    tag: "carts",
    summary: "How far a tenant's carts got, day by day",
    path: tenantParameter,
    query: funnelQuery,
    answers: ok("The counts.", Type.Object(validated), funnelSchema),
    problems: [...ofQueries, forbiddenProblem],
  },
};
