/** The names of the topics. `createTopics` creates them; the first client that writes never does. */
export type Topics = {
  readonly cartEvents: string;
  readonly tenantPolicyEvents: string;
};

/** The prefix gives suites that share a broker separate topics; it is empty in production. */
export const topicsWithPrefix = (prefix: string): Topics => ({
  cartEvents: `${prefix}ec.cart-events`,
  tenantPolicyEvents: `${prefix}ec.tenant-policy-events`,
});

export const defaultTopics: Topics = topicsWithPrefix("");

const topicByAggregateType: ReadonlyMap<string, keyof Topics> = new Map([
  ["Cart", "cartEvents"],
  ["TenantPolicy", "tenantPolicyEvents"],
]);

/** Returns the topic of an aggregate type's events, or `undefined` for a type that is not published. */
export const topicOf = (aggregateType: string, topics: Topics = defaultTopics): string | undefined => {
  const topic = topicByAggregateType.get(aggregateType);
  return topic === undefined ? undefined : topics[topic];
};
