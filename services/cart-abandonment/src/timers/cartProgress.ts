import type { CartEvent } from "@cart/domain";

/** What a cart waits for. */
export type Wait = {
  /** 0 while the cart waits to be abandoned, n while it waits for its nth reminder. */
  readonly step: number;
  /** Where the customer left the cart: open, or submitted to checkout. It counts until the cart is abandoned. */
  readonly stage: "cart" | "checkout";
  /** The time of the last activity; for a reminder, that of the abandonment. */
  readonly since: Date;
  /** The time of the customer's last activity. */
  readonly activeAt: Date;
  /** The time of the last reminder since the abandonment, if there was one. */
  readonly remindedAt: Date | undefined;
};

/** Returns what an open cart waits for after an activity at this time. */
export const activity = (at: Date): Wait => ({ step: 0, stage: "cart", since: at, activeAt: at, remindedAt: undefined });

/** The part of a cart's state that its timer needs: the fold of the cart's first `version` events. */
export type CartProgress = {
  /** 0 if nothing is known about the cart. */
  readonly version: number;
  /** The tenant in the cart's first event; `undefined` until that event is known. */
  readonly tenantId: string | undefined;
  /** The cart's user; `undefined` if the first of these events was not applied. */
  readonly userId: string | undefined;
  readonly waitsFor: Wait | undefined;
};

export const unknownCart: CartProgress = { version: 0, tenantId: undefined, userId: undefined, waitsFor: undefined };

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
 * tenant and the user are missing.
 */
export const followCart = (before: CartProgress, events: readonly TimerEvent[]): Followed => {
  let progress = before;
  let newest = before.version;
  for (const event of events) {
    const begins = progress.version === 0 && beginnings.has(effectOf(event));
    const tenantId = progress.tenantId ?? tenantOf(event);
    progress =
      begins || event.version === progress.version + 1
        ? { version: event.version, tenantId, userId: userOf(event) ?? progress.userId, waitsFor: waitAfter(event, progress.waitsFor) }
        : { ...progress, tenantId };
    newest = Math.max(newest, event.version);
  }
  return { progress, isBehind: progress.version > 0 && newest > progress.version };
};

/**
 * The effect of an event on the wait. `ACTIVITY`: the customer did something, and the cart is open. `CHECKOUT`: the
 * customer went to checkout. `END`: there is nothing left to abandon. `RENEWED`: activity that changes nothing about where
 * the customer is; a cart with nothing left to abandon may have it too. `NONE`: the shop changed something, which says
 * nothing about the customer.
 */
type Effect = "ACTIVITY" | "CHECKOUT" | "RENEWED" | "END" | "ABANDONED" | "REMINDED" | "NONE";

/** The effects with which the progress of an unknown cart may begin. */
const beginnings: ReadonlySet<Effect | undefined> = new Set<Effect>(["ACTIVITY", "CHECKOUT"]);

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
    CartSubmitted: "CHECKOUT",
    CartPurchased: "END",
    CartMergedInto: "END",
    CartAbandoned: "ABANDONED",
    CartAbandonmentReminderDue: "REMINDED",
    CartArchived: "END",
  } satisfies Record<CartEvent["type"], Effect>),
);

const effectOf = ({ type }: TimerEvent): Effect | undefined => effects.get(type);

const waitAfter = (event: TimerEvent, before: Wait | undefined): Wait | undefined => {
  const effect = effectOf(event);
  switch (effect) {
    case "ACTIVITY":
      return activity(event.occurredAt);
    case "CHECKOUT":
      return { ...activity(event.occurredAt), stage: "checkout" };
    case "RENEWED":
      return before === undefined ? undefined : { ...activity(event.occurredAt), stage: before.stage };
    case "END":
      return undefined;
    case "ABANDONED":
      return { ...activity(event.occurredAt), step: 1, activeAt: lastActivityOf(event) ?? before?.activeAt ?? event.occurredAt };
    case "REMINDED":
      return before === undefined ? undefined : { ...before, step: (remindedStep(event) ?? before.step) + 1, remindedAt: event.occurredAt };
    case "NONE":
    case undefined:
      // The wait also stays as it is if a newer program has written an event that this one does not know.
      return before;
    default:
      return effect satisfies never;
  }
};

const tenantOf = ({ event }: TimerEvent): string | undefined => (event?.type === "CartCreated" ? event.data.tenant_id : undefined);

/** The user who owns the cart from this event on. */
const userOf = ({ event }: TimerEvent): string | undefined =>
  event?.type === "CartCreated" || event?.type === "CartClaimed" ? event.data.user_id : undefined;

const lastActivityOf = ({ event }: TimerEvent): Date | undefined =>
  event?.type === "CartAbandoned" ? new Date(event.data.last_activity_at) : undefined;

const remindedStep = ({ event }: TimerEvent): number | undefined =>
  event?.type === "CartAbandonmentReminderDue" ? event.data.step : undefined;
