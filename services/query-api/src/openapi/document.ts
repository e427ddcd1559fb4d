import { commonOperations, guarded, openApiDocument } from "@cart/service-kit";
import { cartListSchema } from "../cartLists/listParameters.ts";
import { cartSchema, cartSummarySchema } from "../carts/cartView.ts";
import { cartEventSchema } from "../history/cartEventView.ts";
import { historySchema } from "../history/historyRoutes.ts";
import { queryOperations } from "./queryOperations.ts";

/** The service's OpenAPI document. Every route of `createApp` is in it: a spec holds them to each other. */
export const document = openApiDocument({
  title: "Cart query API",
  version: "1.0.0",
  description: "The read API: carts from the read model, and their past and their stream from the event store.",
  tags: { carts: "Carts, their lists and their history.", operation: "For whoever runs the service." },
  operations: { ...guarded(queryOperations), ...commonOperations },
  schemas: {
    Cart: cartSchema,
    CartSummary: cartSummarySchema,
    CartList: cartListSchema,
    CartEvent: cartEventSchema,
    History: historySchema,
  },
});
