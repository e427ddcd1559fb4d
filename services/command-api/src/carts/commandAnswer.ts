import { type CartEvent, cartEventCatalog } from "@cart/domain";
import type { CommandResult, StreamResult } from "@cart/event-store";
import { type Static, Type } from "typebox";

const eventTypes = Object.keys(cartEventCatalog) as CartEvent["type"][];

const change = {
  aggregate_id: Type.String({ format: "uuid", description: "the cart's id" }),
  version: Type.Integer({ minimum: 1, description: "the cart's version after the command" }),
  events: Type.Array(
    Type.Object({
      type: Type.Enum(eventTypes),
      version: Type.Integer({ minimum: 1, description: "of the cart after this event" }),
      occurred_at: Type.String({ format: "date-time" }),
    }),
    { description: "what the command appended: nothing when the cart was as it asks already" },
  ),
};

const outcome = { status: Type.Literal("success"), executed_at: Type.String({ format: "date-time" }) };

/** Clients depend on each member of these answers: add, do not change. */
export const commandAnswerSchema = Type.Object({ ...change, ...outcome });
export const mergeAnswerSchema = Type.Object({
  ...change,
  target: Type.Object(change, { description: "what became of the cart that took the lines" }),
  ...outcome,
});

type CommandAnswer = Static<typeof commandAnswerSchema> | Static<typeof mergeAnswerSchema>;

/**
 * The answer to every command that was carried out: what it appended, and the
 * cart's version after it. A merge also names what it did to its target.
 */
export const commandAnswer = ({ other, ...own }: CommandResult<CartEvent>, executedAt: Date): CommandAnswer => ({
  ...changeOf(own),
  ...(other === undefined ? {} : { target: changeOf(other) }),
  status: "success",
  executed_at: executedAt.toISOString(),
});

const changeOf = ({ aggregateId, version, events }: StreamResult<CartEvent>) => ({
  aggregate_id: aggregateId,
  version,
  events: events.map((recorded) => ({
    type: recorded.event.type,
    version: recorded.version,
    occurred_at: recorded.occurredAt.toISOString(),
  })),
});
