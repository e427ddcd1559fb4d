import type { DomainEvent } from "@cart/domain";
import type { CommandResult, StreamResult } from "@cart/event-store";
import { Type } from "typebox";

/** What a command did to one aggregate, `it`, whose events have these types. Clients depend on each member: add, do not change. */
export const changeSchema = <EventType extends string>(it: string, eventTypes: readonly EventType[]) => ({
  aggregate_id: Type.String({ format: "uuid", description: `the ${it}'s id` }),
  version: Type.Integer({ minimum: 1, description: `the ${it}'s version after the command` }),
  events: Type.Array(
    Type.Object({
      type: Type.Enum([...eventTypes]),
      version: Type.Integer({ minimum: 1, description: `of the ${it} after this event` }),
      occurred_at: Type.String({ format: "date-time" }),
    }),
    { description: `what the command appended: nothing when the ${it} was as it asks already` },
  ),
});

export const outcomeSchema = { status: Type.Literal("success"), executed_at: Type.String({ format: "date-time" }) };

/**
 * The answer to every command that was carried out: what it appended, and the
 * aggregate's version after it. One on two also names what it did to its target.
 */
export const commandAnswer = <Event extends DomainEvent>({ other, ...own }: CommandResult<Event>, executedAt: Date) => ({
  ...changeOf(own),
  ...(other === undefined ? {} : { target: changeOf(other) }),
  status: "success" as const,
  executed_at: executedAt.toISOString(),
});

const changeOf = <Event extends DomainEvent>({ aggregateId, version, events }: StreamResult<Event>) => ({
  aggregate_id: aggregateId,
  version,
  events: events.map((recorded) => ({
    type: recorded.event.type,
    version: recorded.version,
    occurred_at: recorded.occurredAt.toISOString(),
  })),
});
