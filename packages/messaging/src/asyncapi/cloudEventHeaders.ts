import { Type } from "typebox";

const uuid = (description: string) =>
  Type.String({ pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", description });
const positiveInteger = (description: string) => Type.String({ pattern: "^[1-9]\\d*$", description });

/** The headers that `encodeEventMessage` writes. All values are text. */
export const cloudEventHeaders = Type.Object(
  {
    ce_specversion: Type.Literal("1.0", { description: "of CloudEvents" }),
    ce_id: uuid("the event's own id: the same event may come again, with the same id"),
    ce_type: Type.String({ description: "what happened" }),
    ce_source: Type.Literal("/event-sourced-cart"),
    ce_subject: uuid("the aggregate that it happened to, also the message's key"),
    ce_time: Type.String({ format: "date-time", description: "when it happened" }),
    ce_aggregatetype: Type.String({ description: "of the aggregate" }),
    ce_aggregateversion: positiveInteger(
      "of the aggregate after this event: 1 for its first event, without gaps. Skip what you have, wait for what you lack",
    ),
    ce_schemaversion: positiveInteger("of the event's data, with its type"),
    ce_correlationid: Type.String({ description: "of all that one request from outside caused" }),
    ce_causationid: Type.String({ description: "of the command or event that caused this one" }),
    "content-type": Type.Literal("application/json"),
    traceparent: Type.Optional(Type.String({ description: "W3C trace context of the request, when it had one" })),
  },
  { description: "CloudEvents 1.0 in the binary mode of its Kafka binding, with W3C trace context" },
);
