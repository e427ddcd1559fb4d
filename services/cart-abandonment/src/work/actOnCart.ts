import { type Cart, type CartCommand, type CartEvent, DomainError, type RecordedEvent } from "@cart/domain";
import { type CommandHandler, StreamArchivedError, VersionMismatchError } from "@cart/event-store";
import type { Logger, Tracer } from "@cart/process-kit";
import { v7 as uuidv7 } from "uuid";
import type { TimerOutcome } from "../abandonmentMetrics.ts";
import { followCart } from "../timers/cartProgress.ts";
import type { Timer } from "../timers/timerRows.ts";
import type { Decision } from "./decideTimer.ts";
import type { UpToDate } from "./readNewEvents.ts";
import type { Settled } from "./settleTimers.ts";

/** A claimed timer with its cart, which is up to date with the event store. */
export type DueCart = UpToDate & { readonly timer: Timer };

export type DecidedCart = DueCart & { readonly decision: Decision };

export type ActOnCartOptions = {
  readonly handler: CommandHandler<Cart, CartCommand, CartEvent>;
  readonly logger: Logger;
  readonly tracer: Tracer;
};

export type Acted = { readonly settled: Settled; readonly outcome: TimerOutcome };

/**
 * Does what was decided for a due cart. Rejects with the command handler's error if the event could
 * not be appended, unless the cart itself refused the command or has changed since it was read.
 */
export const actOnCart = async (cart: DecidedCart, options: ActOnCartOptions): Promise<Acted> => {
  const { timer, progress, decision } = cart;
  switch (decision.kind) {
    case "END":
      return { settled: { timer, progress, ended: true }, outcome: "ended" };
    case "MOVE":
      return { settled: { timer, progress }, outcome: "moved" };
    case "QUIET":
      return { settled: { timer, progress, pause: decision }, outcome: "quiet" };
    case "LIMITED":
      return { settled: { timer, progress, pause: decision }, outcome: "limited" };
    case "ABANDON":
    case "REMIND":
      return append(cart, decision.command, options);
    default:
      return decision satisfies never;
  }
};

type TimerCommand = Extract<CartCommand, { type: "AbandonCart" | "RemindOfAbandonment" }>;

const append = async (cart: DueCart, command: TimerCommand, { handler, logger, tracer }: ActOnCartOptions): Promise<Acted> => {
  const { timer, progress, newest } = cart;
  // The span begins a new trace, because the customer's request ended long ago. The correlation id ties the two together.
  const span = tracer.startSpan(command.type, {
    kind: "consumer",
    parent: undefined,
    attributes: { "aggregate.type": "Cart", "aggregate.id": timer.cartId },
  });
  const metadata = metadataOf(newest, span.traceparent);
  try {
    const { events } = await handler.handle({ aggregateId: timer.cartId, expectedVersion: progress.version, command, metadata });
    span.end();
    return afterAppend(cart, command, events);
  } catch (error) {
    span.end(error);
    // The timer is still due, so the next batch takes it again and reads the concurrent event.
    if (error instanceof VersionMismatchError) return { settled: { timer, progress }, outcome: "conflict" };
    // Its last message, which ends the timer as well, is on its way.
    if (error instanceof StreamArchivedError) return { settled: { timer, progress, ended: true }, outcome: "ended" };
    if (!(error instanceof DomainError)) throw error;
    logger.warn(
      { code: error.code, aggregate_id: timer.cartId, command: command.type },
      "a cart refused the command of its timer; the timer is ended",
    );
    return { settled: { timer, progress, ended: true }, outcome: "ended" };
  }
};

const metadataOf = (cause: RecordedEvent<CartEvent> | undefined, traceparent: string | undefined) => ({
  correlation_id: cause?.metadata.correlation_id ?? uuidv7(),
  causation_id: cause?.eventId ?? uuidv7(),
  ...(traceparent === undefined ? {} : { traceparent }),
});

/** Returns the outcome of an accepted command. A command that appended nothing found the cart in a state in which it waits for nothing. */
const afterAppend = ({ timer, progress }: DueCart, command: TimerCommand, events: readonly RecordedEvent<CartEvent>[]): Acted => {
  if (events.length === 0) return { settled: { timer, progress, ended: true }, outcome: "ended" };
  const appended = events.map(({ version, occurredAt, event }) => ({ version, occurredAt, type: event.type, event }));
  return {
    settled: { timer, progress: followCart(progress, appended).progress },
    outcome: command.type === "AbandonCart" ? "abandoned" : "reminded",
  };
};
