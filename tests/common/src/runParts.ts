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
  /** Whether the part may run beside one other part. They run first. No part may, by default. */
  readonly mayShare?: (part: P) => boolean;
};

/** Parts that run at once, so that one uses the processors while the other one waits. */
const lanes = 2;

/** Runs the parts one after the other, or two at once of those that may share, and reports each with its time. Resolves to the results in the order of the parts. */
export const runParts = async <P extends Part, Result>({
  parts,
  report,
  signal,
  run,
  describe,
  reported = () => undefined,
  mayShare = () => false,
}: PartsRun<P, Result>): Promise<readonly Result[]> => {
  const results = new Map<P, Result>();
  const runAll = async (queue: P[]): Promise<void> => {
    for (let part = queue.shift(); part !== undefined && !signal.aborted; part = queue.shift()) {
      const next = part;
      const result = await step(report, next.name, () => run(next), describe);
      reported(result);
      results.set(next, result);
    }
  };
  const sharing = parts.filter(mayShare);
  await Promise.all(Array.from({ length: lanes }, () => runAll(sharing)));
  await runAll(parts.filter((part) => !mayShare(part)));
  return parts.flatMap((part) => {
    const result = results.get(part);
    return result === undefined ? [] : [result];
  });
};
