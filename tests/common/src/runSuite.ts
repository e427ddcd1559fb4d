import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain, onStopRequest, removeWithThisProcess, type Report, reportToStderr, step } from "@cart/tools/own-servers";
import { helpOf, type ParsedCommand, parseSuiteCommand, type Part, type SuiteCommand, type SuiteValues } from "./suiteCommand.ts";
import { untilAborted } from "./untilAborted.ts";

export type SuiteRun<P extends Part> = ParsedCommand<P> & {
  /** A folder for temporary files, which is removed at the end. */
  readonly folder: string;
  /** One line of progress. */
  readonly report: Report;
  /** Aborted by a request to stop, and at the suite's time limit. */
  readonly signal: AbortSignal;
  /** Registers what has to be stopped at the end, even if the run fails or is interrupted. */
  readonly atEnd: (stop: () => Promise<void>) => void;
};

export type SuiteVerdict = {
  /** 0 if everything was as it has to be. */
  readonly mistakeCount: number;
  /** Printed to the standard output. */
  readonly table?: string;
  /** The last line of progress. */
  readonly summary?: string;
};

export type Suite<P extends Part> = SuiteCommand<P> & {
  /** Minutes after which the suite stops and fails, so that a hanging server does not hold it for ever. */
  readonly maxMinutes: number | ((values: SuiteValues) => number);
  readonly run: (run: SuiteRun<P>) => Promise<SuiteVerdict>;
};

/** About three weeks. A timer of Node.js cannot wait for longer than 2^31 ms. */
const mostMinutes = 30_000;

/** Milliseconds for a run to end by itself after its signal is aborted. */
const graceMs = 60_000;

/**
 * The main program of a suite: runs it with the options of the command line and ends the process. The exit code
 * is 0 if nothing is wrong, 130 after a request to stop, and 1 otherwise.
 */
export const runSuite = async <P extends Part>(suite: Suite<P>): Promise<never> => {
  const stopping = new AbortController();
  onStopRequest(
    () => {
      reportToStderr("\nstopping …");
      stopping.abort();
    },
    () => process.exit(1),
  );
  process.exit(await exitCodeOf(suite, { args: process.argv.slice(2), stop: stopping.signal, report: reportToStderr, print: console.log }));
};

type SuiteSurroundings = {
  readonly args: readonly string[];
  /** Aborted by a request to stop. */
  readonly stop: AbortSignal;
  readonly report: Report;
  readonly print: (text: string) => void;
};

export const exitCodeOf = async <P extends Part>(suite: Suite<P>, { args, stop, report, print }: SuiteSurroundings): Promise<number> => {
  try {
    const command = parseSuiteCommand(suite, args);
    if (command.values["help"] === true) {
      print(helpOf(suite));
      return 0;
    }
    const maxMinutes = Math.min(mostMinutes, typeof suite.maxMinutes === "number" ? suite.maxMinutes : suite.maxMinutes(command.values));
    const overtime = AbortSignal.timeout(maxMinutes * 60_000);
    const signal = AbortSignal.any([stop, overtime]);
    // Every process of a suite listens.
    setMaxListeners(100, signal);
    const verdict = await verdictOf(suite, command, signal, report);
    if (stop.aborted) return 130;
    if (overtime.aborted || verdict === undefined) throw new Error(`the suite did not end within ${maxMinutes} minutes`);
    if (verdict.table !== undefined) print(`\n${verdict.table}\n`);
    if (verdict.summary !== undefined) report(verdict.summary);
    return verdict.mistakeCount === 0 ? 0 : 1;
  } catch (error) {
    report(`✘ ${explain(error)}`);
    return stop.aborted ? 130 : 1;
  }
};

/** Resolves to `undefined` if the run has not ended within the grace after its signal's abortion. */
const verdictOf = async <P extends Part>(
  suite: Suite<P>,
  command: ParsedCommand<P>,
  signal: AbortSignal,
  report: Report,
): Promise<SuiteVerdict | undefined> => {
  const folder = await mkdtemp(join(tmpdir(), `cart-${suite.script.replace(":", "-")}-`));
  // The watchdog removes it if this process is killed.
  removeWithThisProcess(folder);
  const stops: (() => Promise<void>)[] = [];
  try {
    const work = suite.run({ ...command, folder, report, signal, atEnd: (stop) => void stops.push(stop) });
    return await untilAborted(work, signal, graceMs);
  } finally {
    await step(report, "stopped", async () => {
      const outcomes = await Promise.allSettled(stops.map((stop) => stop()));
      await rm(folder, { recursive: true, force: true });
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    });
  }
};
