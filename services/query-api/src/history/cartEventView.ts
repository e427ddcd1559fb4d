import { cartEventCodec, type CartEvent, fromMinorUnits, type RecordedEvent } from "@cart/domain";
import { type Static, type TObject, Type } from "typebox";

const amount = Type.Number({ minimum: 0, description: "in the cart's currency" });
const positive = Type.Integer({ minimum: 1 });
const itemId = Type.String();
const cartId = Type.String({ format: "uuid" });
const strategy = Type.Union([Type.Literal("add"), Type.Literal("max")]);
const name = Type.Optional(Type.String());

const cartEvent = <EventType extends CartEvent["type"], Data extends TObject>(type: EventType, data: Data) =>
  Type.Object(
    {
      event_id: Type.String({ format: "uuid" }),
      type: Type.Literal(type),
      version: Type.Integer({ minimum: 1, description: "of the cart after this event" }),
      schema_version: Type.Integer({ minimum: 1, description: "of `data`: an event is always shown in the newest form of its type" }),
      occurred_at: Type.String({ format: "date-time" }),
      correlation_id: Type.String({ description: "of the request that caused it" }),
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
  cartEvent("CartCreated", Type.Object({ user_id: Type.String(), tenant_id: Type.String(), currency: Type.String() })),
  cartEvent(
    "ItemAddedToCart",
    Type.Object({
      item_id: itemId,
      name,
      quantity: Type.Integer({ minimum: 1, description: "how many were added" }),
      price: amount,
      previous_price: Type.Union([amount, Type.Null()], { description: "of the line, when this event changed it" }),
    }),
  ),
  cartEvent("ItemQuantityChanged", Type.Object({ item_id: itemId, quantity: positive })),
  cartEvent("ItemRemovedFromCart", Type.Object({ item_id: itemId })),
  cartEvent("CartCleared", Type.Object({})),
  cartEvent("CartSubmitted", Type.Object({ total_amount: amount, item_count: positive, line_count: positive })),
  cartEvent("CartReopened", Type.Object({})),
  cartEvent("CartAbandoned", Type.Object({ last_activity_at: Type.String({ format: "date-time" }), abandoned_after_minutes: positive })),
  cartEvent("CartAbandonmentReminderDue", Type.Object({ step: positive, after_minutes: positive })),
  cartEvent("CartPurchased", Type.Object({ order_id: Type.String(), total_amount: amount })),
  cartEvent("CartMergedInto", Type.Object({ target_cart_id: cartId, strategy })),
  cartEvent(
    "CartMergedFrom",
    Type.Object({
      source_cart_id: cartId,
      strategy,
      lines: Type.Array(Type.Object({ item_id: itemId, name, quantity: positive, price: amount }), {
        description: "those that are new or have another quantity, as they are after this event",
      }),
    }),
  ),
]);

export type CartEventView = Static<typeof cartEventSchema>;

export const cartEventView = (recorded: RecordedEvent<CartEvent>, currency: string): CartEventView => {
  const toAmount = (minorUnits: number): number => fromMinorUnits(minorUnits, currency);
  const { event } = recorded;
  const common = {
    event_id: recorded.eventId,
    version: recorded.version,
    schema_version: cartEventCodec.currentVersion(event.type),
    occurred_at: recorded.occurredAt.toISOString(),
    correlation_id: recorded.metadata.correlation_id,
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
    default:
      return event satisfies never;
  }
};
