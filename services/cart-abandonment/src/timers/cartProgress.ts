import type { CartEvent } from "@cart/domain";

/** What a cart waits for. */
export type Wait = {
  /** 0 while the cart waits to be abandoned, n while it waits for its nth reminder. */
  readonly step: number;
  /** The time of the last activity; for a reminder, that of the abandonment. */
  readonly since: Date;
};

/** The part of a cart's state that its timer needs: the fold of the cart's first `version` events. */
export type CartProgress = {
  /** 0 if nothing is known about the cart. */
  readonly version: number;
  /** The tenant in the cart's first event; `undefined` until that event is known. */
  readonly tenantId: string | undefined;
  readonly waitsFor: Wait | undefined;
};

export const unknownCart: CartProgress = { version: 0, tenantId: undefined, waitsFor: undefined };

/** An event of a cart, from Kafka or from the event store. */
export type TimerEvent = {
  readonly version: number;
  readonly occurredAt: Date;
  readonly type: string;
  /** The event in the newest schema version; `undefined` if a newer program wrote a type or schema version that this one does not know. */
  readonly event: CartEvent | undefined;
};

export type Followed = {
  readonly progress: CartProgress;
  /** Whether newer events exist than those in this progress. The missing ones are in the event store. */
  readonly isBehind: boolean;
};

/**
 * Applies, in order, the events that directly follow this progress. Events that are in the
 * progress already are skipped and a gap is never jumped, so events may arrive twice, late,
 * or not at all. The progress of an unknown cart may begin with any activity: then only the
 * tenant is missing.
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

/**
 * The effect of an event on the wait. `ACTIVITY`: the customer did something, and the cart is open. `END`: there
 * is nothing left to abandon. `RENEWED`: activity that also a cart with nothing left to
 * abandon may have, such as one at checkout. `NONE`: the shop changed something, which says nothing about the customer.
 */
type Effect = "ACTIVITY" | "RENEWED" | "END" | "ABANDONED" | "REMINDED" | "NONE";

const effects: ReadonlyMap<string, Effect> = new Map<string, Effect>(
  Object.entries<Effect>({
    CartCreated: "ACTIVITY",
    ItemAddedToCart: "ACTIVITY",
    ItemQuantityChanged: "ACTIVITY",
    ItemPriceChanged: "NONE",
    CartAdjustmentsChanged: "NONE",
    ItemRemovedFromCart: "ACTIVITY",
    CartMergedFrom: "ACTIVITY",
    CartReopened: "ACTIVITY",
    CartClaimed: "RENEWED",
    CartAttributesChanged: "RENEWED",
    CartCurrencyChanged: "RENEWED",
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
    case "RENEWED":
      return before === undefined ? undefined : { step: 0, since: event.occurredAt };
    case "END":
      return undefined;
    case "ABANDONED":
      return { step: 1, since: event.occurredAt };
    case "REMINDED":
      return before === undefined ? undefined : { ...before, step: (remindedStep(event) ?? before.step) + 1 };
    case "NONE":
    case undefined:
      // The wait also stays as it is if a newer program has written an event that this one does not know.
      return before;
    default:
      return effect satisfies never;
  }
};

const tenantOf = ({ event }: TimerEvent): string | undefined => (event?.type === "CartCreated" ? event.data.tenant_id : undefined);

const remindedStep = ({ event }: TimerEvent): number | undefined =>
  event?.type === "CartAbandonmentReminderDue" ? event.data.step : undefined;
