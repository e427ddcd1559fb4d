import type { CartEvent } from "@cart/domain";

/** What a cart waits for. */
export type Wait = {
  /** 0: to be abandoned; n: its nth reminder. */
  readonly step: number;
  /** The last activity; for a reminder the abandonment. */
  readonly since: Date;
};

/** A cart as far as its timer goes: the fold of its first `version` events. */
export type CartProgress = {
  /** 0: nothing is known. */
  readonly version: number;
  /** In the cart's first event. */
  readonly tenantId: string | undefined;
  readonly waitsFor: Wait | undefined;
};

export const unknownCart: CartProgress = { version: 0, tenantId: undefined, waitsFor: undefined };

/** An event of a cart, from Kafka or from the event store. */
export type TimerEvent = {
  readonly version: number;
  readonly occurredAt: Date;
  readonly type: string;
  /** In the newest form of its type; `undefined` when a newer program has written a type or a form that this one does not know. */
  readonly event: CartEvent | undefined;
};

export type Followed = {
  readonly progress: CartProgress;
  /** There are newer events than this progress; the event store has what is missing. */
  readonly isBehind: boolean;
};

/**
 * Applies, in order, the events that directly follow this progress. Events that it
 * has already are skipped and a gap is never jumped, so events may come twice, late,
 * or not at all. For an unknown cart any activity is a beginning: all that is missing
 * then is the tenant.
 */
export const followCart = (before: CartProgress, events: readonly TimerEvent[]): Followed => {
  let progress = before;
  let newest = before.version;
  for (const event of events) {
    const begins = progress.version === 0 && effectOf(event) === "ACTIVITY";
    const tenantId = progress.tenantId ?? tenantOf(event);
    progress =
      begins || event.version === progress.version + 1
        ? { version: event.version, tenantId, waitsFor: waitAfter(event, progress.waitsFor) }
        : { ...progress, tenantId };
    newest = Math.max(newest, event.version);
  }
  return { progress, isBehind: progress.version > 0 && newest > progress.version };
};

/** `ACTIVITY`: the customer did something, and the cart is open. `END`: there is nothing left to abandon. */
type Effect = "ACTIVITY" | "END" | "ABANDONED" | "REMINDED";

const effects: ReadonlyMap<string, Effect> = new Map<string, Effect>(
  Object.entries<Effect>({
    CartCreated: "ACTIVITY",
    ItemAddedToCart: "ACTIVITY",
    ItemQuantityChanged: "ACTIVITY",
    ItemRemovedFromCart: "ACTIVITY",
    CartMergedFrom: "ACTIVITY",
    CartReopened: "ACTIVITY",
    CartCleared: "END",
    CartSubmitted: "END",
    CartPurchased: "END",
    CartMergedInto: "END",
    CartAbandoned: "ABANDONED",
    CartAbandonmentReminderDue: "REMINDED",
  } satisfies Record<CartEvent["type"], Effect>),
);

const effectOf = ({ type }: TimerEvent): Effect | undefined => effects.get(type);

const waitAfter = (event: TimerEvent, before: Wait | undefined): Wait | undefined => {
  const effect = effectOf(event);
  switch (effect) {
    case "ACTIVITY":
      return { step: 0, since: event.occurredAt };
    case "END":
      return undefined;
    case "ABANDONED":
      return { step: 1, since: event.occurredAt };
    case "REMINDED":
      return before === undefined ? undefined : { ...before, step: (remindedStep(event) ?? before.step) + 1 };
    case undefined:
      // A newer program has written an event that this one does not know: the wait stays as it is.
      return before;
    default:
      return effect satisfies never;
  }
};

const tenantOf = ({ event }: TimerEvent): string | undefined => (event?.type === "CartCreated" ? event.data.tenant_id : undefined);

const remindedStep = ({ event }: TimerEvent): number | undefined =>
  event?.type === "CartAbandonmentReminderDue" ? event.data.step : undefined;
