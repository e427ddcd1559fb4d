import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { within } from "@cart/process-kit";
import { type Report, waitUntil } from "@cart/tools/own-servers";
import type { RowDataPacket } from "mysql2/promise";
import { compareLedgerWithStore, compareStoreWithTopic, compareStoreWithViews } from "./check/compare.ts";
import { countOutbox, readEventStore, streamsOf } from "./check/eventStore.ts";
import { createFindings, type Findings } from "./check/findings.ts";
import { readDeadLetters, readViews, readViewVersions } from "./check/readModel.ts";
import { messagesOf } from "./check/topic.ts";
import { createLedger, type Ledger } from "./load/ledger.ts";
import { startReaders } from "./load/readers.ts";
import { entryOf, sendCommand } from "./load/sendCommand.ts";
import { startWriters } from "./load/writers.ts";
import type { Random } from "./random.ts";
import { type Cell, isForeignMessage, type Scenario, type ScenarioContext } from "./scenario.ts";
import type { ScenarioResult } from "./scenarioResult.ts";
import type { ServiceName, System, SystemOptions } from "./system/system.ts";

export type RunOptions<Surroundings> = {
  readonly surroundings: Surroundings;
  /** Starts the system of a scenario. */
  readonly startSystem: (options: Pick<SystemOptions, "name" | "logFolder" | "env" | "programs" | "signal">) => Promise<System>;
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const foreignMark = "x-fault-suite";

const defaultClients = 12;

/** Runs a scenario on a fresh system, from its start to the comparison of ledger, event store, topic and read model. */
export const runScenario = async <Surroundings>(
  scenario: Scenario<Surroundings>,
  options: RunOptions<Surroundings>,
): Promise<ScenarioResult> => {
  const { random, signal, programs = {}, patienceSeconds = 60, round = 1 } = options;
  const systemName = round === 1 ? scenario.name : `${scenario.name}-round-${round}`;
  const logFolder = join(options.logFolder, systemName);
  const started = performance.now();
  const start = (name: string, folder: string): Promise<System> =>
    options.startSystem({ name, logFolder: folder, env: scenario.env ?? {}, programs, signal });
  const system = await start(systemName, logFolder);
  const cells: CellWithLedger[] = [];
  try {
    const findings = createFindings();
    const ledger = createLedger();
    const baseUrls = system.commandApis.map(({ url }) => url);
    const writers = startWriters({ baseUrls, ledger, random: random.fork("writers"), clients: scenario.clients ?? defaultClients });
    cells.push({ system, ledger, record: ledger.record });
    const startCell = async (name: string): Promise<CellWithLedger> => {
      const own = createLedger();
      const cell = { system: await start(`${systemName}-${name}`, join(logFolder, name)), ledger: own, record: own.record };
      cells.push(cell);
      return cell;
    };
    const readers = startReaders(system.queryApi.url, ledger, random.fork("readers"));
    const { injected, recoveriesSeconds } = await injectFaults(scenario, {
      ...options,
      patienceSeconds,
      system,
      ledger,
      findings,
      startCell,
    }).finally(writers.stop);
    for (const cell of cells) await waitForEnd(cell.system, patienceSeconds, findings);
    await readers.stop();
    for (const text of readers.violations()) findings.add("disordered", text);

    await keepDeadlock(system, logFolder).catch((error: unknown) => findings.add("wrong", messageOf(error)));
    let [events, repeated] = [0, 0];
    for (const cell of cells) {
      const compared = await compareCell(cell, findings);
      events += compared.events;
      repeated += compared.repeated;
    }
    if (scenario.isCalm === true && repeated > 0)
      findings.add("twice", `${repeated} events were published more than once though nothing failed`);
    return {
      scenario,
      injected,
      acknowledged: ledger.count("acknowledged"),
      unknown: ledger.count("unknown"),
      refused: ledger.count("refused"),
      events,
      repeated,
      recoverySeconds: recoveriesSeconds.length === 0 ? undefined : Math.max(...recoveriesSeconds),
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
  await caughtUp("everything to be published and in the view", patienceSeconds, () => nothingIsLeft(system)).catch((error: unknown) =>
    findings.add("lost", messageOf(error)),
  );
  for (const text of await unready(system)) findings.add("wrong", text);
};

const compareCell = ({ system, ledger }: CellWithLedger, findings: Findings): Promise<{ events: number; repeated: number }> =>
  within(longestComparisonMs, compareAll(system, ledger, findings)).catch((error: unknown) => {
    findings.add("wrong", `the comparison could not be made: ${messageOf(error)}`);
    return { events: 0, repeated: 0 };
  });

/** Milliseconds. A comparison takes seconds; it reads from servers, one of which may hang. */
const longestComparisonMs = 180_000;

type Injection<Surroundings> = Pick<RunOptions<Surroundings>, "surroundings" | "restore" | "random" | "report"> & {
  readonly patienceSeconds: number;
  readonly system: System;
  readonly ledger: Ledger;
  readonly findings: Findings;
  readonly startCell: ScenarioContext["startCell"];
};

/** Runs the scenario's own steps. Never rejects: a scenario that cannot go on is a finding. Recoveries are in seconds. */
const injectFaults = async <Surroundings>(
  scenario: Scenario<Surroundings>,
  { surroundings, restore, random, report, patienceSeconds, system, ledger, findings, startCell }: Injection<Surroundings>,
): Promise<{ readonly injected: number; readonly recoveriesSeconds: readonly number[] }> => {
  let injected = 0;
  let own = 0;
  const recoveriesSeconds: number[] = [];
  const commandApi = system.commandApis[0]?.url ?? "";
  try {
    await scenario.run({
      ...surroundings,
      system,
      random: random.fork("faults"),
      report: (line) => report(`  ${scenario.name}: ${line}`),
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
      startCell,
      violation: findings.add,
      foreignMark,
    });
  } catch (error) {
    findings.add("wrong", `the scenario could not go on: ${messageOf(error)}`);
    await restore?.().catch((reason: unknown) => findings.add("wrong", `the servers could not be brought back: ${messageOf(reason)}`));
  }
  return { injected, recoveriesSeconds };
};

const secondsToRecover = async (system: System, ledger: Ledger, patienceSeconds: number): Promise<number> => {
  const since = performance.now();
  const goal = ledger.versions();
  const acknowledged = ledger.count("acknowledged");
  await caughtUp("the view to have what was acknowledged before the end of the fault", patienceSeconds, () => viewHas(system, goal));
  await caughtUp("new commands to be acknowledged", patienceSeconds, async () =>
    ledger.count("acknowledged") > acknowledged ? undefined : "none is",
  );
  return (performance.now() - since) / 1000;
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

const compareAll = async (system: System, ledger: Ledger, findings: Findings): Promise<{ events: number; repeated: number }> => {
  const { pool, databases } = system;
  const stored = await readEventStore(pool, databases.eventStore);
  compareLedgerWithStore(ledger.entries(), stored, findings);
  const messages = await messagesOf(system);
  const { repeated } = compareStoreWithTopic(stored, messages, (message) => isForeignMessage(message, foreignMark), findings);
  compareStoreWithViews(stored, await readViews(pool, databases.readModel), findings);

  const streams = streamsOf(stored);
  for (const { code, cartId, version } of await readDeadLetters(pool, databases.readModel)) {
    if (cartId !== null && streams.has(cartId)) findings.add("wrong", `version ${version} of cart ${cartId} is a dead letter: ${code}`);
  }
  const { failed } = await countOutbox(pool, databases.eventStore);
  if (failed > 0) findings.add("wrong", `${failed} outbox rows are FAILED`);
  return { events: stored.length, repeated };
};

/** Milliseconds after which an answer of a server counts as missing. */
const probePatienceMs = 15_000;

/** Waits until nothing is missing. The probe returns what is missing. */
const caughtUp = (what: string, seconds: number, missing: () => Promise<string | undefined>): Promise<void> =>
  waitUntil(what, seconds, async () => {
    const text = await within(probePatienceMs, missing());
    if (text === undefined) return;
    await delay(100);
    throw new Error(text);
  });

const viewHas = async ({ pool, databases }: System, goal: ReadonlyMap<string, number>): Promise<string | undefined> => {
  const versions = await readViewVersions(pool, databases.readModel);
  const behind = [...goal].filter(([cartId, version]) => (versions.get(cartId) ?? 0) < version);
  return behind.length === 0 ? undefined : `${behind.length} of ${goal.size} carts are behind, such as ${behind[0]?.join(" at ")}`;
};

const nothingIsLeft = async (system: System): Promise<string | undefined> => {
  const { pool, databases } = system;
  const { pending } = await countOutbox(pool, databases.eventStore);
  if (pending > 0) return `${pending} rows wait in the outbox`;
  const stored = await readEventStore(pool, databases.eventStore);
  return viewHas(system, new Map([...streamsOf(stored)].map(([cartId, events]) => [cartId, events.length])));
};
