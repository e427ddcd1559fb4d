import { type Report, step } from "@cart/tools/own-servers";
import type { Part } from "./suiteCommand.ts";

export type PartsRun<P extends Part, Result> = {
  readonly parts: readonly P[];
  readonly report: Report;
  /** No part starts after this signal is aborted. */
  readonly signal: AbortSignal;
  readonly run: (part: P) => Promise<Result>;
  /** One line about the result, for the progress. */
  readonly describe: (result: Result) => string;
  /** Called after the progress line of a part. */
  readonly reported?: (result: Result) => void;
};

/** Runs the parts one after the other, and reports each with its time. */
export const runParts = async <P extends Part, Result>({
  parts,
  report,
  signal,
  run,
  describe,
  reported = () => undefined,
}: PartsRun<P, Result>): Promise<readonly Result[]> => {
  const results: Result[] = [];
  for (const part of parts) {
    if (signal.aborted) break;
    const result = await step(report, part.name, () => run(part), describe);
    reported(result);
    results.push(result);
  }
  return results;
};
