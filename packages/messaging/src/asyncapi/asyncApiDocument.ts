import { type AggregateType, eventCatalogs, type EventVersion } from "@cart/domain";
import type { TSchema } from "typebox";
import { topicOf } from "../topics.ts";
import { cloudEventHeaders } from "./cloudEventHeaders.ts";

/** The description of each aggregate's topic, apart from its events. */
const channels: Readonly<Record<AggregateType, { readonly id: string; readonly title: string; readonly description: string }>> = {
  Cart: {
    id: "cartEvents",
    title: "Cart events",
    description:
      "Everything that happens to carts. The key is the cart's id, so a cart's events are in one partition, in the order in which they happened. " +
      "An event may be delivered more than once but never overtakes an earlier event of its cart.",
  },
  TenantPolicy: {
    id: "tenantPolicyEvents",
    title: "Tenant policy events",
    description:
      "The policies of tenants for their carts. The key is the policy's id. Events are in order and may be delivered more than once.",
  },
};

/** One version of one type of event. */
type Message = {
  readonly name: string;
  readonly type: string;
  readonly aggregateType: string;
  readonly version: number;
  readonly schema: TSchema;
};

const messagesOf = (aggregateType: AggregateType): Message[] =>
  Object.entries<{ readonly versions: readonly EventVersion[] }>(eventCatalogs[aggregateType]).flatMap(([type, { versions }]) =>
    versions.map(({ schema }, n) => ({ name: `${type}.v${n + 1}`, type, aggregateType, version: n + 1, schema })),
  );

const aggregateTypes = Object.keys(eventCatalogs) as AggregateType[];

/** Returns the AsyncAPI document of the topics, made from the schemas that validate every event before it is stored. */
export const asyncApiDocument = (): object => ({
  asyncapi: "3.0.0",
  info: {
    title: "Events of the event-sourced cart",
    version: "1.0.0",
    description:
      "Each message is one event as it was stored. Amounts are integers in minor units of the cart's currency. " +
      "A schema version never changes: a new shape is a new version of the event's type, and consumers receive old versions as long as such events exist.",
  },
  defaultContentType: "application/json",
  channels: Object.fromEntries(aggregateTypes.map((aggregateType) => [channels[aggregateType].id, channel(aggregateType)])),
  operations: Object.fromEntries(
    aggregateTypes.map((aggregateType) => {
      const { id, title } = channels[aggregateType];
      const operation = {
        action: "send",
        channel: { $ref: `#/channels/${id}` },
        summary: `${title}, published by the outbox relay in each aggregate's order, at least once`,
      };
      return [`publish${id[0]?.toUpperCase()}${id.slice(1)}`, operation];
    }),
  ),
  components: {
    messages: Object.fromEntries(aggregateTypes.flatMap(messagesOf).map((message) => [message.name, describe(message)])),
    schemas: { CloudEventHeaders: cloudEventHeaders },
  },
});

const channel = (aggregateType: AggregateType): object => {
  const { title, description } = channels[aggregateType];
  return {
    address: topicOf(aggregateType),
    title,
    description,
    messages: Object.fromEntries(messagesOf(aggregateType).map(({ name }) => [name, { $ref: `#/components/messages/${name}` }])),
  };
};

const describe = ({ name, type, aggregateType, version, schema }: Message): object => ({
  name,
  title: type,
  contentType: "application/json",
  headers: {
    type: "object",
    allOf: [
      { $ref: "#/components/schemas/CloudEventHeaders" },
      {
        type: "object",
        properties: { ce_type: { const: type }, ce_aggregatetype: { const: aggregateType }, ce_schemaversion: { const: String(version) } },
      },
    ],
  },
  payload: schema,
  bindings: { kafka: { key: { type: "string", format: "uuid", description: "the aggregate's id" } } },
});
