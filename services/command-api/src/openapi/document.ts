import { commonOperations, guarded, openApiDocument } from "@cart/http-kit";
import { addItemBody } from "../carts/cartBodies.ts";
import { commandAnswerSchema, mergeAnswerSchema } from "../carts/cartAnswers.ts";
import { policyAnswerSchema } from "../policies/policyAnswer.ts";
import { policyBody } from "../policies/policyBodies.ts";
import { cartOperations } from "./cartOperations.ts";
import { policyOperations } from "./policyOperations.ts";

/** The service's OpenAPI document. Every route of `createApp` is in it: a spec holds them to each other. */
export const document = openApiDocument({
  title: "Cart command API",
  version: "1.0.0",
  description:
    "The write API: each operation is one command, decided on what is there now and stored with its events before it is answered. " +
    "What it answers can be read from the query API at once with `min_version`.",
  tags: { carts: "Commands to a cart.", policies: "What tenants choose for their carts.", operation: "For whoever runs the service." },
  operations: { ...guarded({ ...cartOperations, ...policyOperations }), ...commonOperations },
  schemas: {
    AddItem: addItemBody,
    CommandAnswer: commandAnswerSchema,
    MergeAnswer: mergeAnswerSchema,
    CartAbandonedPolicy: policyBody,
    PolicyAnswer: policyAnswerSchema,
  },
});
