import type { Ledger } from "./sender.ts";
import type { ValuesByKey } from "./valuesByKey.ts";

export type Comparison = {
  /** Acknowledged and not in the topic. */
  readonly lost: number;
  /** In the topic for the first time after a later message of its key. */
  readonly outOfOrder: number;
  /** In the topic again, which delivery at least once allows. */
  readonly repeated: number;
};

/** Compares what the senders were told with what a consumer reads. */
export const compare = (ledgers: readonly Ledger[], topic: ValuesByKey): Comparison => {
  let [lost, outOfOrder, repeated] = [0, 0, 0];
  for (const { lastValueByKey } of ledgers) {
    for (const [key, last] of lastValueByKey) {
      const values = topic.get(key) ?? [];
      const firsts = [...new Set(values)];
      repeated += values.length - firsts.length;
      lost += last - firsts.filter((value) => value <= last).length;
      let highest = 0;
      for (const value of firsts) {
        if (value < highest) outOfOrder += 1;
        highest = Math.max(highest, value);
      }
    }
  }
  return { lost, outOfOrder, repeated };
};
