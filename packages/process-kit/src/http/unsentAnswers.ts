/** Bytes that the server has written to a connection and its client has not taken. */
export type UnsentBytes = {
  readonly bytes: number;
  /** Since when the client has not finished taking any of what was written to it. Milliseconds. */
  readonly since: number;
};

export type UnsentLimits = {
  readonly maxUnsentBytes: number;
  readonly sendTimeoutMs: number;
};

/**
 * Chooses the connections to cut off: those whose clients are late, and then, until the rest fits into the bytes, those
 * that have been waiting for their clients longest.
 */
export const chooseCuts = <Connection extends UnsentBytes>(
  connections: readonly Connection[],
  now: number,
  { maxUnsentBytes, sendTimeoutMs }: UnsentLimits,
): Connection[] => {
  let bytes = connections.reduce((sum, connection) => sum + connection.bytes, 0);
  const cuts: Connection[] = [];
  for (const connection of connections.toSorted((a, b) => a.since - b.since || b.bytes - a.bytes)) {
    if (bytes <= maxUnsentBytes && now - connection.since < sendTimeoutMs) break;
    cuts.push(connection);
    bytes -= connection.bytes;
  }
  return cuts;
};
