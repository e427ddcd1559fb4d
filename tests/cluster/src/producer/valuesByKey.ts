import { readTopic } from "@cart/tests-common";

/** What the topic has of each key, from its beginning, in order. */
export type ValuesByKey = ReadonlyMap<string, readonly number[]>;

export const valuesByKey = async (topic: Parameters<typeof readTopic>[0]): Promise<ValuesByKey> => {
  const values = new Map<string, number[]>();
  await readTopic(topic, ({ key, value }) => {
    const name = String(key);
    const known = values.get(name);
    if (known === undefined) values.set(name, [Number(value)]);
    else known.push(Number(value));
  });
  return values;
};
