import { randomUUID } from "node:crypto";
import type { SuiteVerdict } from "@cart/tests-common";
import { sendCommand } from "@cart/tests-harness";
import { markdownTable, type Report, step } from "@cart/tools/own-servers";
import type { Cluster } from "../cluster.ts";
import { item } from "../scenarios/ownCommands.ts";
import { type GroupMember, onMember } from "../servers/mysqlGroup.ts";

/** The levels of `group_replication_consistency` that come into question for a single primary, by what they cost. */
const levels = ["EVENTUAL", "BEFORE_ON_PRIMARY_FAILOVER", "AFTER"] as const;
type Level = (typeof levels)[number];

/** Each level is measured twice, in an order in which a machine that becomes slower is unfair to none. */
const order: readonly Level[] = [...levels, ...levels.toReversed()];

const warmUpCommands = 200;
const commandsOfOneClient = 300;
const commandsOfManyClients = 2_000;
const manyClients = 16;

type RunningSystem = { readonly commandApis: readonly { readonly url: string }[]; readonly stop: () => Promise<void> };

export type ConsistencyPlan = {
  readonly cluster: Cluster;
  /** Starts a system, whose connections have the level that the members have by then. */
  readonly startSystem: (name: string) => Promise<RunningSystem>;
  readonly report: Report;
};

type Sample = {
  readonly level: Level;
  /** Milliseconds of each command of one client. */
  readonly times: readonly number[];
  /** Commands per second of many clients. */
  readonly rate: number;
};

/**
 * Measures what a level of consistency costs an append: the time of a first add to a cart over HTTP, by one client, and how many of
 * them the clients get done at once. The system is whole, so the other services' commits wait as well.
 */
export const measureConsistency = async ({ cluster, startSystem, report }: ConsistencyPlan): Promise<SuiteVerdict> => {
  const { members } = cluster.group;
  const samples: Sample[] = [];
  try {
    for (const [index, level] of order.entries()) {
      await setLevel(members, `'${level}'`);
      const system = await startSystem(`consistency-${index + 1}`);
      try {
        samples.push(await step(report, level, () => sampleOf(level, system), summaryOf));
      } finally {
        await system.stop();
      }
    }
  } finally {
    await setLevel(members, "DEFAULT");
  }
  return { mistakeCount: 0, table: tableOf(samples) };
};

/** Sets the level of connections that are opened from then on. */
const setLevel = async (members: readonly GroupMember[], level: string): Promise<void> => {
  for (const member of members) await onMember(member, `SET GLOBAL group_replication_consistency = ${level}`);
};

const sampleOf = async (level: Level, { commandApis }: RunningSystem): Promise<Sample> => {
  const url = commandApis[0]?.url ?? "";
  await addFirstItems(url, warmUpCommands, manyClients);
  const times = await addFirstItems(url, commandsOfOneClient, 1);
  const started = performance.now();
  await addFirstItems(url, commandsOfManyClients, manyClients);
  return { level, times, rate: commandsOfManyClients / ((performance.now() - started) / 1000) };
};

/** Resolves to the milliseconds of each command. Throws unless all are acknowledged. */
const addFirstItems = async (url: string, commands: number, clients: number): Promise<readonly number[]> => {
  const times: number[] = [];
  let left = commands;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      const outcome = await sendCommand(url, { id: randomUUID(), command: "AddItem", cartId: randomUUID(), body: item });
      if (outcome.kind !== "acknowledged") throw new Error(`a command was ${outcome.kind}: ${outcome.why}`);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
};

const percentileOf = (times: readonly number[], percent: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor((percent / 100) * times.length))] ?? Number.NaN;

const summaryOf = ({ times, rate }: Sample): string =>
  `p50 ${percentileOf(times, 50).toFixed(1)} ms, p99 ${percentileOf(times, 99).toFixed(1)} ms; ${rate.toFixed(0)} commands/s`;

/** The better of a level's turns, because whatever else uses the machine makes a turn only worse. */
const tableOf = (samples: readonly Sample[]): string =>
  markdownTable(
    ["group_replication_consistency", "p50 of one client, ms", "p99 of one client, ms", `commands/s of ${manyClients} clients`],
    levels.map((level) => {
      const own = samples.filter((sample) => sample.level === level);
      const least = (percent: number): string => Math.min(...own.map(({ times }) => percentileOf(times, percent))).toFixed(1);
      return [level, least(50), least(99), Math.max(...own.map(({ rate }) => rate)).toFixed(0)];
    }),
  );
