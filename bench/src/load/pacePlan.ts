export type PacePlan = {
  /** Of command-api. */
  readonly url: string;
  /** Commands per second, whether or not the others are answered. */
  readonly rate: number;
  readonly seconds: number;
};

/** Times are in milliseconds. */
export type PaceResult = {
  readonly sent: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};
