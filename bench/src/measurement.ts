import type { NamedProcess } from "./system/processes.ts";

/** The result of a figure. Rates are per second, times are in milliseconds. */
export type Measurement = {
  readonly value: number;
  /** Further numbers of the same run, by name. */
  readonly details?: Readonly<Record<string, number>>;
};

/** What a figure has to reach: a multiple of a ceiling of the same run, at least or at most, or an absolute number. */
export type Target =
  | { readonly kind: "ratio"; readonly of: string; readonly atLeast: number }
  | { readonly kind: "share"; readonly of: string; readonly atMost: number }
  | { readonly kind: "atLeast"; readonly value: number }
  | { readonly kind: "atMost"; readonly value: number };

export type Figure = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** The target of the value. A ceiling has no target. */
  readonly target?: Target;
  /** Upper bounds of details, by name. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly run: (bench: Bench) => Promise<Measurement>;
  /** The variant for `--short`. Without it, `--short` skips the figure. */
  readonly short?: { readonly title?: string; readonly run: (bench: Bench) => Promise<Measurement> };
};

export type Bench = {
  readonly mysqlUrl: string;
  readonly brokers: readonly string[];
  /** MySQL and Kafka. */
  readonly servers: readonly NamedProcess[];
  /** Seconds of load for each figure that runs for a time. */
  readonly seconds: number;
  /** Events that the figure of the archive archives. */
  readonly archivedEvents: number;
  /** The folder into which services write CPU profiles, if they are to. */
  readonly profiles?: string;
  readonly report: (line: string) => void;
};

export const percentile = (values: readonly number[], p: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
};
