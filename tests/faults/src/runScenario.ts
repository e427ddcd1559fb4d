import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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
import { isForeignMessage, type Scenario } from "./scenarios/scenario.ts";
import type { Servers } from "./system/servers.ts";
import { type ServiceName, startSystem, type System } from "./system/system.ts";

export type ScenarioResult = {
  readonly scenario: Scenario;
  readonly injected: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly refused: number;
  readonly events: number;
  /** Messages that were published again, which is harmless. */
  readonly repeated: number;
  /** The longest recovery in seconds; `undefined` if there was nothing to recover from. */
  readonly recoverySeconds: number | undefined;
  readonly reads: number;
  /** Service processes that exited although the suite did not stop them. */
  readonly deaths: number;
  readonly findings: Findings;
  readonly seconds: number;
};

export type RunOptions = {
  readonly servers: Servers;
  readonly random: Random;
  readonly logFolder: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly programs?: Partial<Record<ServiceName, string>>;
  /** Seconds within which the backlog has to be empty after the load has ended. */
  readonly patienceSeconds?: number;
};

const foreignMark = "x-fault-suite";

/** Runs a scenario on a fresh system, from its start to the comparison of ledger, event store, topic and read model. */
export const runScenario = async (scenario: Scenario, options: RunOptions): Promise<ScenarioResult> => {
  const { servers, random, signal, programs = {}, patienceSeconds = 60 } = options;
  const logFolder = join(options.logFolder, scenario.name);
  const started = performance.now();
  const system = await startSystem({ name: scenario.name, servers, logFolder, env: scenario.env ?? {}, programs, signal });
  try {
    const findings = createFindings();
    const ledger = createLedger();
    const writers = startWriters({ baseUrl: system.commandApi.url, ledger, random: random.fork("writers") });
    const readers = startReaders(system.queryApi.url, ledger, random.fork("readers"));
    const { injected, recoveriesSeconds } = await injectFaults(scenario, { ...options, patienceSeconds, system, ledger, findings }).finally(
      writers.stop,
    );
    await caughtUp("everything to be published and in the view", patienceSeconds, () => nothingIsLeft(system)).catch((error: unknown) =>
      findings.add("lost", error instanceof Error ? error.message : String(error)),
    );
    await readers.stop();
    for (const text of readers.violations()) findings.add("disordered", text);

    await keepDeadlock(system, logFolder);
    const { events, repeated } = await compareAll(system, ledger, findings);
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
      reads: readers.reads(),
      deaths: system.services().reduce((sum, service) => sum + service.deaths(), 0),
      findings,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await system.stop();
  }
};

type Injection = Pick<RunOptions, "servers" | "random" | "report"> & {
  readonly patienceSeconds: number;
  readonly system: System;
  readonly ledger: Ledger;
  readonly findings: Findings;
};

/** Runs the scenario's own steps. Never rejects: a scenario that cannot go on is a finding. Recoveries are in seconds. */
const injectFaults = async (
  scenario: Scenario,
  { servers, random, report, patienceSeconds, system, ledger, findings }: Injection,
): Promise<{ readonly injected: number; readonly recoveriesSeconds: readonly number[] }> => {
  let injected = 0;
  let own = 0;
  const recoveriesSeconds: number[] = [];
  try {
    await scenario.run({
      system,
      servers,
      random: random.fork("faults"),
      report: (line) => report(`  ${scenario.name}: ${line}`),
      pause: (min, max) => delay(random.integer(min, max)),
      injected: (count = 1) => void (injected += count),
      recovered: async () => void recoveriesSeconds.push(await secondsToRecover(system, ledger, patienceSeconds)),
      send: async (request) => {
        own += 1;
        const id = `scenario-${own}`;
        const outcome = await sendCommand(system.commandApi.url, { ...request, id });
        ledger.record(entryOf({ ...request, id }, outcome));
        return outcome;
      },
      violation: findings.add,
      foreignMark,
    });
  } catch (error) {
    findings.add("wrong", `the scenario could not go on: ${error instanceof Error ? error.message : String(error)}`);
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

/** Waits until nothing is missing. The probe returns what is missing. */
const caughtUp = (what: string, seconds: number, missing: () => Promise<string | undefined>): Promise<void> =>
  waitUntil(what, seconds, async () => {
    const text = await missing();
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
