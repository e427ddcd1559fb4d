export type LoadPlan = {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Adds to this cart; without it each request makes a cart. */
  readonly cart?: string;
  /** Requests a second over all connections; without it as many as the server takes. */
  readonly rate?: number;
};

export type LoadResult = {
  readonly succeeded: number;
  readonly failed: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};
