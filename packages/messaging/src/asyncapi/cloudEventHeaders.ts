import { Type } from "typebox";

const uuid = (description: string) =>
  Type.String({ pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", description });
const positiveInteger = (description: string) => Type.String({ pattern: "^[1-9]\\d*$", description });

/** The headers that `encodeEventMessage` writes. All values are text. */
export const cloudEventHeaders = Type.Object(
  {
    ce_specversion: Type.Literal("1.0", { description: "CloudEvents version" }),
    ce_id: uuid("the event's id; the same event may be delivered again, with the same id"),
    ce_type: Type.String({ description: "event type" }),
    ce_source: Type.Literal("/event-sourced-cart"),
    ce_subject: uuid("aggregate id, which is also the message's key"),
    ce_time: Type.String({ format: "date-time", description: "when the event occurred" }),
    ce_aggregatetype: Type.String({ description: "aggregate type" }),
    ce_aggregateversion: positiveInteger(
      "aggregate version after this event: 1 for its first event, without gaps. Skip versions that you have, wait for versions that are missing",
    ),
    ce_schemaversion: positiveInteger("schema version of the data for this event type"),
    ce_correlationid: Type.String({ description: "correlation id shared by everything one request caused" }),
    ce_causationid: Type.String({ description: "id of the command or event that caused this event" }),
    ce_eventstoreid: Type.Optional(
      uuid(
        "id of the event store that the event comes from; messages of releases before 1.0 have none. It is a new one after a restore that lost events",
      ),
    ),
    "content-type": Type.Literal("application/json"),
    traceparent: Type.Optional(Type.String({ description: "W3C trace context of the request, if it had one" })),
  },
  { description: "CloudEvents 1.0 in the binary mode of its Kafka binding, with W3C trace context" },
);
