import { requireTenantScope } from "@cart/cart-access";
import { type Route, route, userIdText } from "@cart/http-kit";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";
import { Type } from "typebox";
import { exampleErasureId } from "../examples.ts";
import { tenantParameter } from "../policies/policyBodies.ts";
import { erasureSchema, erasureStarted, erasureStartedSchema, erasureView, exampleErasure } from "./erasureAnswers.ts";
import { erasureNotPossible, type ErasureRequests } from "./erasureRequests.ts";

type Services = { readonly erasures: ErasureRequests };

export const erasureBody = Type.Object(
  { user_id: userIdText({ minLength: 1, maxLength: 255, description: "the shopper who is to be forgotten", examples: ["user-123"] }) },
  { additionalProperties: false },
);

const access = requireTenantScope("carts:erase");

const noErasure: ProblemKind = { status: 404, type: "/problems/not-found", title: "There is no such erasure" };

/** Erasures of shoppers: a request returns at once, and the receipt says when nothing tells any more who the person was. */
export const erasureRoutes: readonly Route<Services>[] = [
  route({
    method: "POST",
    path: "/tenants/{tenant_id}/erasures",
    operationId: "eraseShopper",
    tag: "erasures",
    summary: "Erase a shopper",
    description:
      "Destroys the shopper's keys at once, and clears what was derived from the shopper's events within `due_at`. Carts, totals and the " +
      "funnel stay, and show an owner `erased-…`. While an erasure of the same shopper is pending, it is returned. A later command of the " +
      "same user is a new person's.",
    access,
    params: tenantParameter,
    body: { schema: erasureBody, required: true },
    answers: {
      202: {
        description: "The erasure has begun, and goes on whatever happens to this process.",
        content: { "application/json": erasureStartedSchema },
      },
    },
    problems: [erasureNotPossible],
    handle: async ({ params, body, access: by }, { erasures }: Services) => {
      const requestedBy = by === "unchecked" ? null : by.userId;
      const receipt = await erasures.request({ tenantId: params.tenant_id, userId: body.user_id, requestedBy });
      return { status: 202, body: erasureStarted(receipt) };
    },
  }),
  route({
    method: "GET",
    path: "/tenants/{tenant_id}/erasures/{erasure_id}",
    operationId: "getErasure",
    tag: "erasures",
    summary: "Show the receipt of an erasure",
    description: "The receipt is kept for ever, and does not say who was erased.",
    access,
    params: Type.Object({
      ...tenantParameter.properties,
      erasure_id: Type.String({ format: "uuid", description: "the erasure's id", examples: [exampleErasureId] }),
    }),
    answers: { 200: { description: "How far the erasure is.", example: exampleErasure, content: { "application/json": erasureSchema } } },
    problems: [noErasure, erasureNotPossible],
    handle: async ({ params }, { erasures }: Services) => {
      const receipt = await erasures.find(params.tenant_id, params.erasure_id);
      if (receipt === undefined) throw new HttpProblem({ ...noErasure, detail: "no erasure of this tenant has this id" });
      return { status: 200, body: erasureView(receipt) };
    },
  }),
];
