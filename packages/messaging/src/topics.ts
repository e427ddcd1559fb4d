/** Which topic carries which events. They are created by `createTopics`, never by a client that happens to write first. */
export type Topics = {
  readonly cartEvents: string;
  readonly tenantPolicyEvents: string;
};

/** The prefix gives suites that share a broker topics of their own; it is empty in production. */
export const topicsWithPrefix = (prefix: string): Topics => ({
  cartEvents: `${prefix}ec.cart-events`,
  tenantPolicyEvents: `${prefix}ec.tenant-policy-events`,
});

export const defaultTopics: Topics = topicsWithPrefix("");

const topicByAggregateType: ReadonlyMap<string, keyof Topics> = new Map([
  ["Cart", "cartEvents"],
  ["TenantPolicy", "tenantPolicyEvents"],
]);

/** The topic of an aggregate type's events. `undefined` for a type that is not published: the fault of the event, not of Kafka. */
export const topicOf = (aggregateType: string, topics: Topics = defaultTopics): string | undefined => {
  const topic = topicByAggregateType.get(aggregateType);
  return topic === undefined ? undefined : topics[topic];
};
