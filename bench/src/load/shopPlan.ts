export type ShopPlan = {
  readonly commandApi: string;
  readonly queryApi: string;
  /** How many customers arrive in a second, whether or not the others are served. */
  readonly visitsPerSecond: number;
  readonly seconds: number;
};

/** Times are in milliseconds. */
export type ShopResult = {
  readonly reads: number;
  readonly writes: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly writeP99: number;
};
