/** What one figure came to. Rates are a second, times are milliseconds. */
export type Measurement = {
  readonly value: number;
  /** Further numbers of the same run, by name. */
  readonly details?: Readonly<Record<string, number>>;
};

/** What a figure has to reach: a part of a ceiling of the same run, or a number of its own. */
export type Target =
  | { readonly kind: "ratio"; readonly of: string; readonly atLeast: number }
  | { readonly kind: "atLeast"; readonly value: number }
  /** `against` is a ceiling that tells what part of the value is the machine's. */
  | { readonly kind: "atMost"; readonly value: number; readonly against?: string };

export type Figure = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Of the value. None for a ceiling. */
  readonly target?: Target;
  /** Of details, by name: upper bounds. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly run: (bench: Bench) => Promise<Measurement>;
  /** What `--short` runs of it, if it does. */
  readonly short?: { readonly title?: string; readonly run: (bench: Bench) => Promise<Measurement> };
};

export type Bench = {
  readonly mysqlUrl: string;
  readonly brokers: readonly string[];
  /** Of load for each figure that runs for a time. */
  readonly seconds: number;
  readonly report: (line: string) => void;
};

export const percentile = (values: readonly number[], p: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
};
