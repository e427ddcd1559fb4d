import { type Static, Type } from "typebox";
import { count, nullable, text, time } from "../http/schemas.ts";

const figure = (description: string, example: number) =>
  nullable(Type.Number({ minimum: 0, description: `${description}; null if it is not known`, examples: [example] }));

/** The figures of one moment. */
export const pointSchema = Type.Object({
  at: time("when the figures were read"),
  commands_per_second: figure("commands that were decided", 12.4),
  events_per_second: figure("events that were appended", 15.2),
  published_per_second: figure("events that Kafka acknowledged", 15.2),
  projected_per_second: figure("events that became readable", 15.2),
  outbox_pending: figure("outbox rows that wait", 0),
  outbox_oldest_seconds: figure("for how long the oldest of them has waited", 0),
  outbox_given_up: figure("outbox rows that were given up", 0),
  lag: figure("messages that the projectors have not read yet", 0),
  timers_lag: figure("messages that cart-abandonment has not read yet", 0),
  dead_letters: figure("messages that could not be projected, and those behind them", 0),
  parked: figure("carts and policies that stand still because of a dead letter", 0),
  timers_due: figure("timers that are due and not done", 0),
  timers_oldest_due_seconds: figure("for how long the oldest of them has been due", 0),
  timers_given_up: figure("timers of the last hour whose carts the event store does not have", 0),
  commands_failed: figure("commands of the last five minutes that failed with a defect", 0),
  messages_lost: figure("times in the last hour that Kafka had deleted messages before a projector read them", 0),
  visible_p50_ms: figure("within this time half of the events of the last minute became readable", 8),
  visible_p99_ms: figure("within this time 99 of 100 events of the last minute became readable", 21),
});

const parts = [
  "command-api",
  "query-api",
  "outbox",
  "outbox-relay",
  "kafka",
  "projector",
  "read-model",
  "cart-abandonment",
  "mysql",
] as const;

export const overviewSchema = Type.Object({
  now: pointSchema,
  history: Type.Array(pointSchema, { description: "the figures of the last hour, oldest first" }),
  interval_seconds: count("between two points of the history", 5),
  instances: Type.Array(
    Type.Object({
      service: text("the service", "projector"),
      address: text("where it was asked", "127.0.0.1:8083"),
      status: Type.Enum(["ready", "not ready", "down"]),
      reason: nullable(text("why it is not ready", "kafka: no broker answers")),
    }),
    { description: "each process" },
  ),
  partitions: Type.Array(
    Type.Object({
      group: text("the consumer group", "projector"),
      topic: text("the topic", "ec.cart-events"),
      partition: count("its number", 0),
      lag: count("messages that the group has not read yet", 0),
    }),
  ),
  problems: Type.Array(
    Type.Object({
      part: Type.Enum([...parts]),
      title: text("what is wrong", "The outbox is not published"),
      meaning: text("what it means for carts", "New changes are stored, but nobody sees them yet. Nothing is lost."),
      remedy: text("what to do", "Start the relays, or see why Kafka does not answer."),
    }),
    { description: "what needs a person; empty if all is well" },
  ),
});

export type Point = Static<typeof pointSchema>;
export type Overview = Static<typeof overviewSchema>;
export type Problem = Overview["problems"][number];
export type Part = Problem["part"];
