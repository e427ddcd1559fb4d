import { type CartEvent, cartEventCatalog } from "@cart/domain";
import { Type } from "typebox";
import { changeSchema, outcomeSchema } from "../commands/commandAnswer.ts";

const change = changeSchema("cart", Object.keys(cartEventCatalog) as CartEvent["type"][]);

export const commandAnswerSchema = Type.Object({ ...change, ...outcomeSchema });
export const mergeAnswerSchema = Type.Object({
  ...change,
  target: Type.Object(change, { description: "what became of the cart that took the lines" }),
  ...outcomeSchema,
});
