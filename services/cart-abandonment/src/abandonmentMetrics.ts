import { createLagGauge, type PartitionLag } from "@cart/messaging";
import { run, withConnection } from "@cart/mysql";
import { sampled, sampledGauge } from "@cart/process-kit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { Counter, type Registry } from "prom-client";
import type { AppliedBatch } from "./consume/applyBatch.ts";

/**
 * The outcome of a worker's attempt at a due timer.
 *
 * - `abandoned`, `reminded`: the event was appended.
 * - `moved`: the timer was no longer due, because of activity or a changed policy.
 * - `quiet`: the timer waits for the end of the quiet time.
 * - `limited`: the timer waits for the next day, because the user has had as many reminders today as the policy allows.
 * - `ended`: the timer was deleted, because the cart waits for nothing.
 * - `conflict`: the cart changed at the same moment; the next batch takes the timer again.
 * - `missing`: the event store does not have the cart up to the timer's version; the timer is tried again later.
 * - `given_up`: the same as `missing`, for the last time.
 * - `failed`: the attempt failed and will be retried.
 */
export type TimerOutcome =
  | "abandoned"
  | "reminded"
  | "moved"
  | "quiet"
  | "limited"
  | "ended"
  | "conflict"
  | "missing"
  | "given_up"
  | "failed";

export type AbandonmentMetrics = {
  readonly applied: (batch: AppliedBatch) => void;
  readonly failedBatch: () => void;
  /** Counts that Kafka deleted messages of a partition before they were read. */
  readonly lost: () => void;
  /** Counts messages of another event store, which were skipped. */
  readonly foreign: (messages: number) => void;
  readonly outcome: (outcome: TimerOutcome) => void;
  /** Counts timers that were moved because their policy changed. */
  readonly moved: (timers: number) => void;
};

export type AbandonmentMetricsOptions = {
  readonly registry: Registry;
  readonly pool: Pool;
  readonly now: () => Date;
  readonly lag: () => Promise<readonly PartitionLag[]>;
};

export const createAbandonmentMetrics = ({ registry, pool, now, lag }: AbandonmentMetricsOptions): AbandonmentMetrics => {
  const registers = [registry];
  const outcomes = new Counter({
    name: "cart_timers_total",
    help: "Timers that were due, by outcome: abandoned, reminded, moved, quiet, limited, ended, conflict, missing, given_up, failed",
    labelNames: ["outcome"],
    registers,
  });
  const moved = new Counter({ name: "cart_timers_rescheduled_total", help: "Timers moved because a policy has changed", registers });
  const changed = new Counter({
    name: "cart_timers_changed_total",
    help: "Timers set, moved or ended by events of their carts",
    registers,
  });
  const unreadable = new Counter({
    name: "cart_timer_messages_unreadable_total",
    help: "Messages that could not be read: looked_up if the message named its cart, whose events were read instead; skipped otherwise",
    labelNames: ["result"],
    registers,
  });
  const lost = new Counter({
    name: "cart_consumer_jumps_total",
    help: "Times that messages of a partition were deleted from Kafka before this consumer read them",
    registers,
  });
  const foreign = createForeignCounter(registry);
  const failures = new Counter({
    name: "cart_timer_batch_failures_total",
    help: "Batches of messages that failed and were retried",
    registers,
  });
  createLagGauge(registry, lag);

  const gauge = (name: string, help: string, sql: string, minIntervalMs: number): void => {
    const ask = async (): Promise<number> => {
      const [row] = await withConnection(pool, (connection) =>
        run<(RowDataPacket & { value: number | string })[]>(connection, sql, [now()]),
      );
      return Number(row?.value ?? 0);
    };
    sampledGauge({
      registry,
      name,
      help: `${help}, the same for every worker`,
      source: sampled(ask, { minIntervalMs }),
      samplesOf: (value: number) => [{ value }],
    });
  };
  // Counted at most once a minute, because the query reads an index entry for each open cart.
  gauge("cart_timers_pending", "Timers with a due time", "SELECT COUNT(due_at) AS value FROM timers", 60_000);
  gauge("cart_timers_due", "Due timers that are not worked off yet", "SELECT COUNT(*) AS value FROM timers WHERE due_at <= ?", 4_000);
  gauge(
    "cart_timers_oldest_due_seconds",
    "Time for which the oldest due timer has been due; 0 if no timer is due",
    "SELECT GREATEST(0, COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(due_at), ?), 0)) / 1e6 AS value FROM timers",
    0,
  );

  return {
    applied: ({ incoming, changed: carts }) => {
      changed.inc(carts);
      unreadable.inc({ result: "looked_up" }, incoming.filter(({ kind }) => kind === "CART").length);
      unreadable.inc({ result: "skipped" }, incoming.filter(({ kind }) => kind === "UNREADABLE").length);
    },
    failedBatch: () => failures.inc(),
    lost: () => lost.inc(),
    foreign: (messages) => foreign.inc(messages),
    outcome: (outcome) => outcomes.inc({ outcome }),
    moved: (timers) => moved.inc(timers),
  };
};

const createForeignCounter = (registry: Registry): Counter =>
  new Counter({
    name: "cart_consumer_foreign_messages_total",
    help: "Messages of another event store that were skipped",
    registers: [registry],
  });
