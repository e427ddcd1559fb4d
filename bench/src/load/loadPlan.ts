export type LoadPlan = {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** The cart that every request adds to. Without it, each request creates a cart. */
  readonly cart?: string;
  /** Requests per second over all connections. Without it, as many as the server accepts. */
  readonly rate?: number;
  /** How many shoppers take turns, or a new one for each request. Without it, one shopper. */
  readonly shoppers?: number | "new";
};

export type LoadResult = {
  readonly succeeded: number;
  readonly failed: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
};
