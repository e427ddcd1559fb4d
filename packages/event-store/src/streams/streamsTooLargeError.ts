import type { Aggregate, DomainEvent } from "@cart/domain";

/** The states of the streams take more memory than they may together. Fewer streams fit: `fitting` of them did. */
export class StreamsTooLargeError extends Error {
  override readonly name = "StreamsTooLargeError";
  readonly fitting: number;

  constructor(fitting: number) {
    super(`the states of the streams take too much memory together, ${fitting} of them fit`);
    this.fitting = fitting;
  }
}

/** Throws a `StreamsTooLargeError` if the states take more than `maxBytes` of memory together. */
export const requireMemory = <State>(
  { memoryBytes }: Pick<Aggregate<State, never, DomainEvent>, "memoryBytes">,
  streams: Iterable<{ readonly state: State }>,
  maxBytes: number,
): void => {
  let bytes = 0;
  let fitting = 0;
  for (const { state } of streams) {
    bytes += memoryBytes(state);
    if (bytes > maxBytes) throw new StreamsTooLargeError(fitting);
    fitting += 1;
  }
};
