import { type Api, defineApi } from "@cart/http-kit";
import { cartListRoutes } from "./cartLists/cartListRoutes.ts";
import { cartListSchema } from "./cartLists/listParameters.ts";
import type { CartReader } from "./carts/cartReader.ts";
import { cartRoutes } from "./carts/cartRoutes.ts";
import { cartSchema, cartSummarySchema } from "./carts/cartView.ts";
import type { ReadOnlyDatabase } from "./database/readOnlyDatabase.ts";
import { funnelSchema } from "./funnel/funnelParameters.ts";
import { funnelRoutes } from "./funnel/funnelRoutes.ts";
import { cartEventSchema } from "./history/cartEventView.ts";
import { historyRoutes, historySchema } from "./history/historyRoutes.ts";
import type { StoredCarts } from "./history/storedCarts.ts";
import type { PolicyReader } from "./policies/policyReader.ts";
import { policyRoutes } from "./policies/policyRoutes.ts";
import { policySchema } from "./policies/policyView.ts";
import { type CartStreams, streamRoutes, ticketSchema } from "./stream/streamRoutes.ts";

/** What the routes' handlers work with. */
export type Services = {
  readonly readModel: ReadOnlyDatabase;
  readonly eventStore: StoredCarts;
  readonly carts: CartReader;
  readonly policies: PolicyReader;
  readonly streams: CartStreams;
};

/** The service's routes and their OpenAPI document. */
export const api: Api<Services> = defineApi<Services>({
  title: "Cart query API",
  version: "1.0.0",
  description: "The read API: carts from the read model, their past and their stream from the event store.",
  tags: {
    carts: "Carts, their lists, their history and their funnel.",
    policies: "Each tenant's settings for its carts.",
    operation: "For operators of the service.",
  },
  routes: [...cartRoutes, ...historyRoutes, ...streamRoutes, ...cartListRoutes, ...policyRoutes, ...funnelRoutes],
  schemas: {
    Cart: cartSchema,
    CartSummary: cartSummarySchema,
    CartList: cartListSchema,
    CartEvent: cartEventSchema,
    History: historySchema,
    EventsTicket: ticketSchema,
    CartAbandonedPolicy: policySchema,
    CartFunnel: funnelSchema,
  },
});
