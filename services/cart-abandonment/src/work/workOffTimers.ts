import { type Cart, type CartCommand, type CartEvent, DomainError, type RecordedEvent } from "@cart/domain";
import { CommandFailedError, type CommandHandler, type StreamCategory, StreamDamagedError, VersionMismatchError } from "@cart/event-store";
import { withConnection } from "@cart/mysql";
import { type Logger, noTracer, type Tracer } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import type { TimerOutcome } from "../abandonmentMetrics.ts";
import { findPolicies } from "../policies/findPolicies.ts";
import type { Policies } from "../policies/policy.ts";
import { type CartProgress, followCart } from "../timers/cartProgress.ts";
import type { Timer } from "../timers/timerRows.ts";
import { claimTimers } from "./claimTimers.ts";
import { decideTimer, type TimerCommand } from "./decideTimer.ts";
import { readNewEvents, type UpToDate } from "./readNewEvents.ts";
import { releaseTimers, type Settled, settleTimers } from "./settleTimers.ts";

export type WorkOffOptions = {
  /** Where the timers are. */
  readonly pool: Pool;
  readonly eventStore: Pool;
  readonly carts: StreamCategory<CartEvent>;
  readonly handler: CommandHandler<Cart, CartCommand, CartEvent>;
  readonly now: () => Date;
  /** Most timers at once, which bounds the memory. */
  readonly limit: number;
  /** How long a timer stays with a worker that does not give it back. Milliseconds. */
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly tracer?: Tracer;
  readonly onOutcome?: (outcome: TimerOutcome) => void;
};

/**
 * Claims timers that are due and does what is to be done about their carts. Resolves
 * to how many it claimed.
 *
 * Nothing is done twice, whoever dies or is slow: the event store takes an event only
 * for the version that was looked at, and every look begins with the newest events.
 * So the claim only saves double work. A timer that fails by its own fault comes
 * again when its claim ends; when a server is away all are given back, and this
 * rejects.
 */
export const createWorkOff = ({
  pool,
  eventStore,
  carts,
  handler,
  now,
  limit,
  leaseMs,
  logger,
  tracer = noTracer,
  onOutcome = () => undefined,
}: WorkOffOptions): (() => Promise<number>) => {
  const carryOut = async ({ timer, progress, newest }: Look, policies: Policies): Promise<Settled> => {
    const decision = decideTimer(progress, policies, now());
    switch (decision.kind) {
      case "END":
        onOutcome("ended");
        return { timer, progress, ended: true };
      case "MOVE":
        onOutcome("moved");
        return { timer, progress };
      case "QUIET":
        onOutcome("quiet");
        return { timer, progress, quiet: decision };
      case "ACT":
        return { timer, ...(await append(timer.cartId, progress, newest, decision.command)) };
      default:
        return decision satisfies never;
    }
  };

  const append = async (
    cartId: string,
    progress: CartProgress,
    cause: RecordedEvent<CartEvent> | undefined,
    command: TimerCommand,
  ): Promise<Pick<Settled, "progress" | "ended">> => {
    // A trace of its own: the one of the customer's request ended long ago. What ties them together is the correlation id.
    const span = tracer.startSpan(command.type, {
      kind: "consumer",
      parent: undefined,
      attributes: { "aggregate.type": "Cart", "aggregate.id": cartId },
    });
    const metadata = {
      correlation_id: cause?.metadata.correlation_id ?? uuidv7(),
      causation_id: cause?.eventId ?? uuidv7(),
      ...(span.traceparent === undefined ? {} : { traceparent: span.traceparent }),
    };
    try {
      const { events } = await handler.handle({ aggregateId: cartId, expectedVersion: progress.version, command, metadata });
      span.end();
      if (events.length === 0) {
        onOutcome("ended");
        return { progress, ended: true };
      }
      onOutcome(command.type === "AbandonCart" ? "abandoned" : "reminded");
      const appended = events.map(({ version, occurredAt, event }) => ({ version, occurredAt, type: event.type, event }));
      return { progress: followCart(progress, appended).progress };
    } catch (error) {
      span.end(error);
      if (error instanceof VersionMismatchError) {
        // It is still due, so it is looked at again, with what was faster.
        onOutcome("conflict");
        return { progress };
      }
      if (error instanceof DomainError) {
        logger.warn(
          { err: error, aggregate_id: cartId, command: command.type },
          "a cart refused what its timer was for; the timer is ended",
        );
        onOutcome("ended");
        return { progress, ended: true };
      }
      throw error;
    }
  };

  /** The timer stays claimed until the lease ends. */
  const failed = ({ cartId }: Timer, error: unknown): void => {
    onOutcome("failed");
    logger.error({ err: error, aggregate_id: cartId, retry_in_ms: leaseMs }, "a timer failed and will be tried again");
  };

  return async () => {
    const timers = await claimTimers(pool, { now: now(), leaseMs, limit });
    if (timers.length === 0) return 0;
    let failure: CommandFailedError | undefined;
    try {
      const read = await readNewEvents(eventStore, carts, timers);
      const looks = timers.flatMap((timer, index): Look[] => {
        const result = read[index];
        if (result === undefined) return [];
        if (!(result instanceof StreamDamagedError)) return [{ timer, ...result }];
        failed(timer, result);
        return [];
      });
      const tenantIds = [...new Set(looks.flatMap(({ progress }) => progress.tenantId ?? []))];
      const policies = await withConnection(pool, (connection) => findPolicies(connection, tenantIds));
      const settled = await Promise.all(
        looks.map(async (look): Promise<readonly Settled[]> => {
          try {
            return [await carryOut(look, policies)];
          } catch (error) {
            if (error instanceof CommandFailedError) {
              onOutcome("failed");
              failure = error;
              return [look];
            }
            failed(look.timer, error);
            return [];
          }
        }),
      );
      await settleTimers(pool, settled.flat());
    } catch (error) {
      await releaseTimers(pool, timers).catch((reason: unknown) =>
        logger.warn({ err: reason }, "claimed timers could not be given back; they come back when the claim ends"),
      );
      throw error;
    }
    if (failure !== undefined) throw failure;
    return timers.length;
  };
};

type Look = UpToDate & { readonly timer: Timer };
