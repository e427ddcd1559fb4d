/** Random numbers that a seed repeats. The seed does not repeat the scheduling of processes, so a second run is similar, not identical. */
export type Random = {
  /** An integer from `min` to `max`, inclusive. */
  readonly integer: (min: number, max: number) => number;
  readonly chance: (probability: number) => boolean;
  /** Throws for an empty list. */
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** A separate sequence that depends only on this seed and the name, not on what was drawn before. */
  readonly fork: (name: string) => Random;
};

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  /** mulberry32 (Tommy Ettinger): 32 bits of state suffice for times and choices. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new Error("there is nothing to pick from");
      return item;
    },
    fork: (name) => createRandom(Buffer.from(name).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619), seed)),
  };
};
