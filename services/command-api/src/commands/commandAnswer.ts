import type { DomainEvent } from "@cart/domain";
import type { CommandResult, StreamResult } from "@cart/event-store";
import { Type } from "typebox";
import { exampleTime } from "../examples.ts";

export type ExampleChange<EventType extends string> = {
  readonly id: string;
  /** The types of the events, of which the last has this version. */
  readonly events: readonly EventType[];
  readonly version: number;
};

/**
 * What a command did to one aggregate. `noun` is what clients call the aggregate. Clients depend on each member: add, do
 * not change.
 */
export const changeSchema = <EventType extends string>(
  noun: string,
  eventTypes: readonly EventType[],
  { id, events, version }: ExampleChange<EventType>,
) => ({
  aggregate_id: Type.String({ format: "uuid", description: `the ${noun}'s id`, examples: [id] }),
  version: Type.Integer({ minimum: 1, description: `the ${noun}'s version after the command`, examples: [version] }),
  events: Type.Array(
    Type.Object({
      type: Type.Enum([...eventTypes]),
      version: Type.Integer({ minimum: 1, description: `the ${noun}'s version after this event` }),
      occurred_at: Type.String({ format: "date-time" }),
    }),
    {
      description: `the appended events; empty if the ${noun} was already as requested`,
      examples: [exampleChange({ id, events, version }).events],
    },
  ),
});

/** The example of what a command did to one aggregate. */
export const exampleChange = <EventType extends string>({ id, events, version }: ExampleChange<EventType>) => ({
  aggregate_id: id,
  version,
  events: events.map((type, n) => ({ type, version: version - events.length + n + 1, occurred_at: exampleTime })),
});

/** The rest of the example. */
export const exampleOutcome = { status: "success", executed_at: exampleTime } as const;

export const outcomeSchema = {
  status: Type.Literal("success"),
  executed_at: Type.String({ format: "date-time", examples: [exampleTime] }),
};

/**
 * The answer to every command that was executed: the events that it appended, and the aggregate's version after it. A
 * command on two aggregates also says what it did to its target.
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
