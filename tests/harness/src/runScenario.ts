import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Report } from "@cart/tools/own-servers";
import type { RowDataPacket } from "mysql2/promise";
import { secondsToRecover, untilNothingIsLeft } from "./check/catchUp.ts";
import { compareSystem } from "./check/compareSystem.ts";
import { createFindings, type Findings } from "./check/findings.ts";
import { createLedger, type Ledger } from "./load/ledger.ts";
import { type Readers, startReaders } from "./load/readers.ts";
import { entryOf, sendCommand } from "./load/sendCommand.ts";
import { startWriters, type Writers } from "./load/writers.ts";
import type { Random } from "./random.ts";
import type { Cell, Scenario, ScenarioContext } from "./scenario.ts";
import type { ScenarioResult } from "./scenarioResult.ts";
import type { ServiceName, System, SystemOptions } from "./system/system.ts";

export type RunOptions<Surroundings> = {
  readonly surroundings: Surroundings;
  /** Starts the system of a scenario. */
  readonly startSystem: (options: SystemOfScenario) => Promise<System>;
  /** Brings back what a scenario that could not go on has left stopped. */
  readonly restore?: () => Promise<void>;
  readonly random: Random;
  readonly logFolder: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly programs?: Partial<Record<ServiceName, string>>;
  /** Counts from 1. Each round has systems and logs of its own. */
  readonly round?: number;
  /** Seconds within which the backlog has to be empty after the load has ended. */
  readonly patienceSeconds?: number;
};

export type SystemOfScenario = Pick<SystemOptions, "name" | "logFolder" | "env" | "programs" | "signal"> & {
  /** The numbers of processes that are not the suite's. */
  readonly replicas: Partial<SystemOptions["replicas"]>;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const foreignMark = "x-fault-suite";

const defaultClients = 12;

/** Runs a scenario on a fresh system, from its start to the comparison of ledger, event store, archive, topic and read model. */
export const runScenario = async <Surroundings>(
  scenario: Scenario<Surroundings>,
  options: RunOptions<Surroundings>,
): Promise<ScenarioResult> => {
  const { random, signal, programs = {}, patienceSeconds = 60, round = 1 } = options;
  const systemName = round === 1 ? scenario.name : `${scenario.name}-round-${round}`;
  const logFolder = join(options.logFolder, systemName);
  const started = performance.now();
  const { env = {}, replicas = {}, clients = defaultClients, shoppers } = scenario;
  const start = (name: string, folder: string): Promise<System> =>
    options.startSystem({ name, logFolder: folder, env, replicas, programs, signal });
  const system = await start(systemName, logFolder);
  const cells: CellWithLedger[] = [];
  try {
    const findings = createFindings();
    const ledger = createLedger();
    const baseUrls = system.commandApis.map(({ url }) => url);
    const writers = startWriters({ baseUrls, ledger, random: random.fork("writers"), clients, shoppers });
    cells.push({ system, ledger, record: ledger.record });
    const startCell = async (name: string): Promise<CellWithLedger> => {
      const own = createLedger();
      const cell = { system: await start(`${systemName}-${name}`, join(logFolder, name)), ledger: own, record: own.record };
      cells.push(cell);
      return cell;
    };
    const readers = startReaders(system.queryApi.url, ledger, random.fork("readers"));
    const stage = setStage(scenario, { ...options, logFolder, patienceSeconds, system, ledger, findings, startCell, writers, readers });
    await stage.play(scenario.run, options.restore).finally(writers.stop);
    for (const cell of cells) await waitForEnd(cell.system, patienceSeconds, findings);
    await readers.stop();
    for (const text of readers.violations()) findings.add("disordered", text);
    if (scenario.afterwards !== undefined) await stage.play(scenario.afterwards);

    await keepDeadlock(system, logFolder).catch((error: unknown) => findings.add("wrong", messageOf(error)));
    let [events, repeated] = [0, 0];
    for (const cell of cells) {
      const compared = await compareSystem(cell.system, cell.ledger.entries(), foreignMark, findings);
      events += compared.events;
      repeated += compared.repeated;
    }
    if (scenario.isCalm === true && repeated > 0)
      findings.add("twice", `${repeated} events were published more than once though nothing failed`);
    return {
      scenario,
      ...stage.outcome(),
      acknowledged: ledger.count("acknowledged"),
      unknown: ledger.count("unknown"),
      refused: ledger.count("refused"),
      events,
      repeated,
      silenceSeconds: ledger.longestSilenceSeconds(),
      reads: readers.reads(),
      deaths: cells.flatMap((cell) => cell.system.services()).reduce((sum, service) => sum + service.deaths(), 0),
      findings,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await Promise.all([system, ...cells.slice(1).map((cell) => cell.system)].map((each) => each.stop()));
  }
};

type CellWithLedger = Cell & { readonly ledger: Ledger };

/** Waits until a system has published everything and shows it. */
const waitForEnd = async (system: System, patienceSeconds: number, findings: Findings): Promise<void> => {
  await untilNothingIsLeft(system, patienceSeconds).catch((error: unknown) => findings.add("lost", messageOf(error)));
  for (const text of await unready(system)) findings.add("wrong", text);
};

type StageOptions<Surroundings> = Pick<RunOptions<Surroundings>, "surroundings" | "random" | "logFolder" | "report"> & {
  readonly patienceSeconds: number;
  readonly system: System;
  readonly ledger: Ledger;
  readonly findings: Findings;
  readonly startCell: ScenarioContext["startCell"];
  readonly writers: Writers;
  readonly readers: Readers;
};

type Stage<Surroundings> = {
  /**
   * Runs steps of the scenario. Never rejects: a scenario that cannot go on is a finding, and `restore` then brings back what it has left
   * stopped.
   */
  readonly play: (
    steps: (context: ScenarioContext & Surroundings) => Promise<void>,
    restore?: RunOptions<Surroundings>["restore"],
  ) => Promise<void>;
  readonly outcome: () => Pick<ScenarioResult, "injected" | "recoverySeconds">;
};

/** Gives the scenario's own steps what they need, and counts what they do. */
const setStage = <Surroundings>(
  { name }: Scenario<Surroundings>,
  { surroundings, random, report, patienceSeconds, ledger, findings, writers, readers, ...given }: StageOptions<Surroundings>,
): Stage<Surroundings> => {
  let injected = 0;
  let own = 0;
  const recoveriesSeconds: number[] = [];
  const { system, logFolder, startCell } = given;
  const commandApi = system.commandApis[0]?.url ?? "";
  const context: ScenarioContext & Surroundings = {
    ...surroundings,
    system,
    logFolder,
    random: random.fork("faults"),
    report: (line) => report(`  ${name}: ${line}`),
    pause: (min, max) => delay(random.integer(min, max)),
    injected: (count = 1) => void (injected += count),
    recovered: async () => void recoveriesSeconds.push(await secondsToRecover(system, ledger, patienceSeconds)),
    send: async (request) => {
      own += 1;
      const id = `scenario-${own}`;
      const outcome = await sendCommand(commandApi, { ...request, id });
      ledger.record(entryOf({ ...request, id }, outcome));
      return outcome;
    },
    record: ledger.record,
    leave: writers.leave,
    beginsAgain: (cartId) => {
      readers.beginsAgain(cartId);
      writers.beginsAgain(cartId);
    },
    startCell,
    violation: findings.add,
    foreignMark,
  };
  return {
    play: async (steps, restore) => {
      try {
        await steps(context);
      } catch (error) {
        findings.add("wrong", `the scenario could not go on: ${messageOf(error)}`);
        await restore?.().catch((reason: unknown) => findings.add("wrong", `the servers could not be brought back: ${messageOf(reason)}`));
      }
    },
    outcome: () => ({ injected, recoverySeconds: recoveriesSeconds.length === 0 ? undefined : Math.max(...recoveriesSeconds) }),
  };
};

/** What each service says that is not ready although every fault is over. */
const unready = async (system: System): Promise<readonly string[]> => {
  const outcomes = await Promise.allSettled(system.services().map((service) => service.ready()));
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [] : [messageOf(outcome.reason)]));
};

/** MySQL's report of its last deadlock, which is not in any service's log. */
const keepDeadlock = async ({ pool }: System, folder: string): Promise<void> => {
  const [[status]] = await pool.query<(RowDataPacket & { Status: string })[]>("SHOW ENGINE INNODB STATUS");
  await writeFile(join(folder, "innodb-status.log"), status?.Status ?? "");
};
