import { text as clientText } from "@cart/http-kit";
import { Type } from "typebox";
import { count, nullable, text, time, uuid } from "../http/schemas.ts";

const letter = {
  id: count("the dead letter", 1),
  topic: text("where Kafka had it", "ec.cart-events"),
  partition: count("its partition", 3),
  offset: text("its offset", "1042"),
  reason_code: text("why it was not projected", "VERSION_GAP"),
  reason: text("the same in words", "the event has version 5, expected 4"),
  aggregate_type: text("what it is about", "Cart"),
  aggregate_id: nullable(uuid("the cart or policy; null if the message does not say")),
  version: nullable(count("the version that it brings", 5)),
  created_at: time("when it was stored"),
  aggregate_version: nullable(count("the version that is shown to shoppers; null if they see none", 3)),
  tenant_id: nullable(text("the tenant; null if the read model does not know it", "default")),
  waiting: count("later messages of the same cart or policy", 0),
};

const bytes = nullable(
  Type.Union([Type.Object({ text: text("as text", "{}") }), Type.Object({ base64: text("what is no text, in base64", "e/8=") })]),
);

export const deadLettersSchema = Type.Object({
  reasons: Type.Array(Type.Object({ reason_code: letter.reason_code, dead_letters: count("how many", 2) })),
  dead_letters: Type.Array(Type.Object(letter), { description: "in the order in which they were stored" }),
  next_after_id: nullable(count("the `after_id` of the next page; null on the last page", 100)),
});

const header = Type.Union([
  Type.Object({ name: text("its name", "ce_type"), text: text("its value", "ItemAddedToCart") }),
  Type.Object({ name: text("its name", "ce_type"), base64: text("a value that is no text", "/w==") }),
]);

export const deadLetterSchema = Type.Object({ ...letter, headers: Type.Array(header), key: bytes, value: bytes });

export const choiceSchema = Type.Object(
  {
    id: Type.Optional(Type.Integer({ minimum: 1, description: "this message", examples: [1] })),
    aggregate_id: Type.Optional(uuid("every message of this cart or policy")),
    reason: Type.Optional(clientText({ maxLength: 64, description: "every message with this reason_code", examples: ["VERSION_GAP"] })),
    after_id: Type.Optional(Type.Integer({ minimum: 0, description: "go on behind the answer's next_after_id", examples: [0] })),
  },
  { additionalProperties: false, description: "one of id, aggregate_id and reason", examples: [{ reason: "VERSION_GAP" }] },
);

export const retriedSchema = Type.Object({
  projected: count("messages that are shown now", 3),
  duplicates: count("messages that were shown already", 0),
  failed: Type.Array(
    Type.Object({
      id: letter.id,
      aggregate_id: letter.aggregate_id,
      reason_code: letter.reason_code,
      reason: letter.reason,
    }),
    { description: "at most 20 messages that still cannot be shown" },
  ),
  failed_queues: count("carts and policies that still stand still", 0),
  next_after_id: nullable(count("`after_id` of the next request, if time ran out; null if everything was tried", 100)),
});

export const discardedSchema = Type.Object({
  discarded: count("messages that were deleted", 1),
  gaps: count("carts and policies that now lack a version, and stand still until they are rebuilt", 0),
  next_after_id: nullable(count("`after_id` of the next request, if time ran out; null if everything was discarded", 100)),
});
