import { type CartEvent, cartEventCatalog } from "@cart/domain";
import { Type } from "typebox";
import { changeSchema, type ExampleChange, outcomeSchema } from "../commands/commandAnswer.ts";
import { exampleCartId, exampleTargetId } from "../examples.ts";

const change = (example: ExampleChange<CartEvent["type"]>) =>
  changeSchema("cart", Object.keys(cartEventCatalog) as CartEvent["type"][], example);

export const commandAnswerSchema = Type.Object({
  ...change({ id: exampleCartId, version: 2, events: ["CartCreated", "ItemAddedToCart"] }),
  ...outcomeSchema,
});
export const mergeAnswerSchema = Type.Object({
  ...change({ id: exampleCartId, version: 3, events: ["CartMergedInto"] }),
  target: Type.Object(change({ id: exampleTargetId, version: 3, events: ["CartMergedFrom"] }), {
    description: "what the command did to the cart that took the lines",
  }),
  ...outcomeSchema,
});
