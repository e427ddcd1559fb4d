import { cartEventCodec, type CartEvent, fromMinorUnits, type RecordedEvent } from "@cart/domain";
import { type Static, type TObject, Type } from "typebox";
import { adjustmentSchema, adjustmentViews, attributesSchema } from "../carts/cartView.ts";
import { exampleCartId, exampleObjectKey, exampleTime } from "../examples.ts";

const amount = Type.Number({ minimum: 0, description: "in the cart's currency", examples: [29.99] });
const positive = Type.Integer({ minimum: 1, examples: [1] });
const itemId = Type.String({ examples: ["item-456"] });
const lineId = Type.String({ description: "the line's id in the cart", examples: ["item-456"] });
const attributes = Type.Optional(attributesSchema("the shop's data on the line", { size: "L" }));
const cartId = Type.String({ format: "uuid", examples: [exampleCartId] });
const strategy = Type.Union([Type.Literal("add"), Type.Literal("max")]);
const name = Type.Optional(Type.String({ examples: ["Coffee cup"] }));

const cartEvent = <EventType extends CartEvent["type"], Data extends TObject>(type: EventType, data: Data) =>
  Type.Object(
    {
      event_id: Type.String({ format: "uuid", examples: ["019ab2c4-3f00-7000-8000-000000000001"] }),
      type: Type.Literal(type),
      version: Type.Integer({ minimum: 1, description: "the cart's version after this event", examples: [1] }),
      schema_version: Type.Integer({
        minimum: 1,
        description: "schema version of `data`: an event is always shown in the newest form of its type",
        examples: [1],
      }),
      occurred_at: Type.String({ format: "date-time", examples: [exampleTime] }),
      correlation_id: Type.String({
        description: "correlation id of the request that caused it",
        examples: ["018f4e5a-0000-7000-8000-000000000001"],
      }),
      actor: Type.Optional(
        Type.String({
          description: "the user whose command caused it, if known; only the history has it, and only for administrators",
          examples: ["user-123"],
        }),
      ),
      trace_id: Type.Optional(
        Type.String({
          pattern: "^[0-9a-f]{32}$",
          description: "the trace of the request that caused it, if it had one; shown as `actor` is",
          examples: ["4bf92f3577b34da6a3ce929d0e0e4736"],
        }),
      ),
      data,
    },
    { title: type },
  );

/**
 * An event as the API shows it, in the API's terms: amounts are decimal numbers of
 * the cart's currency as everywhere in the API, and the price of one unit is `price`.
 * (On Kafka they are minor units, as they are stored.)
 */
export const cartEventSchema = Type.Union([
  cartEvent(
    "CartCreated",
    Type.Object({
      user_id: Type.String({ examples: ["user-123"] }),
      tenant_id: Type.String({ examples: ["default"] }),
      currency: Type.String({ examples: ["USD"] }),
    }),
  ),
  cartEvent(
    "CartAttributesChanged",
    Type.Object({ attributes: attributesSchema("all attributes of the cart from now on", { locale: "da-DK" }) }),
  ),
  cartEvent(
    "CartAdjustmentsChanged",
    Type.Object({ adjustments: Type.Array(adjustmentSchema, { description: "all adjustments of the cart from now on" }) }),
  ),
  cartEvent(
    "CartCurrencyChanged",
    Type.Object({ currency: Type.String({ examples: ["EUR"] }), previous_currency: Type.String({ examples: ["USD"] }) }),
  ),
  cartEvent(
    "CartClaimed",
    Type.Object({ user_id: Type.String({ examples: ["user-123"] }), previous_user_id: Type.String({ examples: ["guest-1"] }) }),
  ),
  cartEvent(
    "ItemAddedToCart",
    Type.Object({
      line_id: lineId,
      item_id: itemId,
      name,
      attributes,
      quantity: Type.Integer({ minimum: 1, description: "units added", examples: [2] }),
      price: amount,
      previous_price: Type.Union([amount, Type.Null()], {
        description: "the line's price before, if this event changed it",
        examples: [null],
      }),
    }),
  ),
  cartEvent("ItemQuantityChanged", Type.Object({ line_id: lineId, item_id: itemId, quantity: positive })),
  cartEvent("ItemPriceChanged", Type.Object({ line_id: lineId, item_id: itemId, price: amount, previous_price: amount })),
  cartEvent("ItemRemovedFromCart", Type.Object({ line_id: lineId, item_id: itemId })),
  cartEvent("CartCleared", Type.Object({})),
  cartEvent("CartSubmitted", Type.Object({ total_amount: amount, item_count: positive, line_count: positive })),
  cartEvent("CartReopened", Type.Object({})),
  cartEvent(
    "CartAbandoned",
    Type.Object({
      last_activity_at: Type.String({ format: "date-time", examples: [exampleTime] }),
      abandoned_after_minutes: positive,
      stage: Type.Enum(["cart", "checkout"], { description: "where the customer left the cart: open, or submitted to checkout" }),
    }),
  ),
  cartEvent("CartAbandonmentReminderDue", Type.Object({ step: positive, after_minutes: positive })),
  cartEvent("CartPurchased", Type.Object({ order_id: Type.String({ examples: ["order-789"] }), total_amount: amount })),
  cartEvent("CartMergedInto", Type.Object({ target_cart_id: cartId, strategy })),
  cartEvent(
    "CartMergedFrom",
    Type.Object({
      source_cart_id: cartId,
      strategy,
      lines: Type.Array(Type.Object({ line_id: lineId, item_id: itemId, name, attributes, quantity: positive, price: amount }), {
        description: "the lines that are new or have another quantity, as they are after this event",
      }),
    }),
  ),
  cartEvent(
    "CartArchived",
    Type.Object({
      object_key: Type.String({ description: "the object of the archive that has the cart's events", examples: [exampleObjectKey] }),
      events: positive,
    }),
  ),
]);

export type CartEventView = Static<typeof cartEventSchema>;

/** The currency of the cart's amounts after an event; `before` is the currency before it. */
export const currencyAfter = ({ event }: RecordedEvent<CartEvent>, before: string): string =>
  event.type === "CartCreated" || event.type === "CartCurrencyChanged" ? event.data.currency : before;

export type CartEventViewOptions = {
  /** The cart's currency: before the first of several events, or after a single one. */
  readonly currency: string;
  /** Whether the event says who caused it, in which trace, which a customer must not see of a shop's people. */
  readonly showsActor?: boolean;
};

/** Shows the cart's events in a row. */
export const cartEventViews = (
  events: readonly RecordedEvent<CartEvent>[],
  { currency, showsActor = false }: CartEventViewOptions,
): CartEventView[] => {
  let current = currency;
  return events.map((event) => {
    current = currencyAfter(event, current);
    return cartEventView(event, { currency: current, showsActor });
  });
};

export const cartEventView = (
  recorded: RecordedEvent<CartEvent>,
  { currency, showsActor = false }: CartEventViewOptions,
): CartEventView => {
  const toAmount = (minorUnits: number): number => fromMinorUnits(minorUnits, currency);
  const { event } = recorded;
  const common = {
    event_id: recorded.eventId,
    version: recorded.version,
    schema_version: cartEventCodec.currentVersion(event.type),
    occurred_at: recorded.occurredAt.toISOString(),
    correlation_id: recorded.metadata.correlation_id,
    ...(showsActor ? causeOf(recorded) : {}),
  };
  switch (event.type) {
    case "ItemAddedToCart": {
      const { unit_price: price, previous_unit_price: previous, ...data } = event.data;
      return {
        ...common,
        type: event.type,
        data: { ...data, price: toAmount(price), previous_price: previous === null ? null : toAmount(previous) },
      };
    }
    case "ItemPriceChanged": {
      const { unit_price: price, previous_unit_price: previous, ...line } = event.data;
      return { ...common, type: event.type, data: { ...line, price: toAmount(price), previous_price: toAmount(previous) } };
    }
    case "CartSubmitted":
      return { ...common, type: event.type, data: { ...event.data, total_amount: toAmount(event.data.total_amount) } };
    case "CartPurchased":
      return { ...common, type: event.type, data: { ...event.data, total_amount: toAmount(event.data.total_amount) } };
    case "CartMergedFrom": {
      const lines = event.data.lines.map(({ unit_price: price, ...line }) => ({ ...line, price: toAmount(price) }));
      return { ...common, type: event.type, data: { ...event.data, lines } };
    }
    case "CartCreated":
      return { ...common, type: event.type, data: event.data };
    case "CartAdjustmentsChanged":
      return { ...common, type: event.type, data: { adjustments: adjustmentViews(event.data.adjustments, currency) } };
    case "CartAttributesChanged":
      return { ...common, type: event.type, data: event.data };
    case "CartCurrencyChanged":
      return { ...common, type: event.type, data: event.data };
    case "CartClaimed":
      return { ...common, type: event.type, data: event.data };
    case "ItemQuantityChanged":
      return { ...common, type: event.type, data: event.data };
    case "ItemRemovedFromCart":
      return { ...common, type: event.type, data: event.data };
    case "CartCleared":
      return { ...common, type: event.type, data: event.data };
    case "CartReopened":
      return { ...common, type: event.type, data: event.data };
    case "CartAbandoned":
      return { ...common, type: event.type, data: event.data };
    case "CartAbandonmentReminderDue":
      return { ...common, type: event.type, data: event.data };
    case "CartMergedInto":
      return { ...common, type: event.type, data: event.data };
    case "CartArchived":
      return { ...common, type: event.type, data: { object_key: event.data.object_key, events: event.data.events } };
    default:
      return event satisfies never;
  }
};

/** Who caused an event, and the trace of the request, as far as they are known. */
const causeOf = ({ metadata: { actor, traceparent = "" } }: RecordedEvent<CartEvent>): Pick<CartEventView, "actor" | "trace_id"> => {
  const [, traceId] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent) ?? [];
  return { ...(actor === undefined ? {} : { actor }), ...(traceId === undefined ? {} : { trace_id: traceId }) };
};
