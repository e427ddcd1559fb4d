import { commonOperations, guarded, openApiDocument } from "@cart/http-kit";
import { cartListSchema } from "../cartLists/listParameters.ts";
import { cartSchema, cartSummarySchema } from "../carts/cartView.ts";
import { cartEventSchema } from "../history/cartEventView.ts";
import { funnelSchema } from "../funnel/funnelParameters.ts";
import { historySchema } from "../history/historyRoutes.ts";
import { policySchema } from "../policies/policyView.ts";
import { queryOperations } from "./queryOperations.ts";

/** The service's OpenAPI document. Every route of `createApp` is in it: a spec holds them to each other. */
export const document = openApiDocument({
  title: "Cart query API",
  version: "1.0.0",
  description: "The read API: carts from the read model, and their past and their stream from the event store.",
  tags: {
    carts: "Carts, their lists, their history and how far they got.",
    policies: "What tenants choose for their carts.",
    operation: "For whoever runs the service.",
  },
  operations: { ...guarded(queryOperations), ...commonOperations },
  schemas: {
    Cart: cartSchema,
    CartSummary: cartSummarySchema,
    CartList: cartListSchema,
    CartEvent: cartEventSchema,
    History: historySchema,
    CartAbandonedPolicy: policySchema,
    CartFunnel: funnelSchema,
  },
});
