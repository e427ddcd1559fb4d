import { type CartEvent, cartEventCatalog } from "@cart/domain";
import { Type } from "typebox";
import { changeSchema, type ExampleChange, exampleChange, exampleOutcome, outcomeSchema } from "../commands/commandAnswer.ts";
import { executed } from "../commands/commandRoute.ts";
import { exampleCartId, exampleTargetId } from "../examples.ts";

type Example = ExampleChange<CartEvent["type"]>;

const change = (example: Example) => changeSchema("cart", Object.keys(cartEventCatalog) as CartEvent["type"][], example);

export const commandAnswerSchema = Type.Object({
  ...change({ id: exampleCartId, version: 2, events: ["CartCreated", "ItemAddedToCart"] }),
  ...outcomeSchema,
});

const merged: Example = { id: exampleCartId, version: 3, events: ["CartMergedInto"] };
const mergedFrom: Example = { id: exampleTargetId, version: 3, events: ["CartMergedFrom"] };

export const mergeAnswerSchema = Type.Object({
  ...change(merged),
  target: Type.Object(change(mergedFrom), {
    description: "what the command did to the cart that took the lines",
  }),
  ...outcomeSchema,
});

/** The answers of a route on one cart. In their example, the route's own example has appended these events. */
export const cartAnswers = (example: Omit<Example, "id">) =>
  executed(commandAnswerSchema, { ...exampleChange({ id: exampleCartId, ...example }), ...exampleOutcome });

export const mergeAnswers = executed(mergeAnswerSchema, { ...exampleChange(merged), target: exampleChange(mergedFrom), ...exampleOutcome });
