import { type Api, defineApi } from "@cart/http-kit";
import { commandAnswerSchema, mergeAnswerSchema } from "./carts/cartAnswers.ts";
import { addItemBody, changesBody } from "./carts/cartBodies.ts";
import type { CartCommands } from "./carts/cartCommands.ts";
import { cartRoutes } from "./carts/cartRoutes.ts";
import { erasureSchema, erasureStartedSchema } from "./erasures/erasureAnswers.ts";
import type { ErasureRequests } from "./erasures/erasureRequests.ts";
import { erasureBody, erasureRoutes } from "./erasures/erasureRoutes.ts";
import { policyAnswerSchema } from "./policies/policyAnswer.ts";
import { policyBody } from "./policies/policyBodies.ts";
import type { PolicyCommands } from "./policies/policyCommands.ts";
import { policyRoutes } from "./policies/policyRoutes.ts";

/** What the routes' handlers work with. */
export type Services = { readonly carts: CartCommands; readonly policies: PolicyCommands; readonly erasures: ErasureRequests };

/** The service's routes and their OpenAPI document. */
export const api: Api<Services> = defineApi<Services>({
  title: "Cart command API",
  version: "1.0.0",
  description:
    "The write API: each operation is one command, decided on the newest state and stored with its events before it is answered. " +
    "With `min_version`, the query API shows the result as soon as it is answered.",
  tags: {
    carts: "Commands to a cart.",
    policies: "Each tenant's settings for its carts.",
    erasures: "Shoppers who are to be forgotten.",
    operation: "For operators of the service.",
  },
  routes: [...cartRoutes, ...policyRoutes, ...erasureRoutes],
  schemas: {
    AddItem: addItemBody,
    Changes: changesBody,
    CommandAnswer: commandAnswerSchema,
    MergeAnswer: mergeAnswerSchema,
    CartAbandonedPolicy: policyBody,
    PolicyAnswer: policyAnswerSchema,
    EraseShopper: erasureBody,
    ErasureStarted: erasureStartedSchema,
    Erasure: erasureSchema,
  },
});
