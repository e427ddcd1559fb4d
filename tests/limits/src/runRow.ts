import { raw } from "mysql2";
import { createConnection } from "mysql2/promise";
import type { Report } from "@cart/tools/own-servers";
import type { Row } from "./rows/row.ts";
import { type Peaks, type Servers, startLimitedSystem } from "./system/limitedSystem.ts";
import { memoryLimitBytes } from "./system/memoryLimit.ts";

export type RowResult = {
  readonly row: Row;
  readonly enforcement: string;
  readonly peaks: Peaks;
  readonly outcome: string;
  /** What is wrong, empty when nothing is. */
  readonly mistakes: readonly string[];
};

/** Runs one row on a system of its own. */
export const runRow = async (row: Row, servers: Servers, report: Report): Promise<RowResult> => {
  const restore = await setVariables(servers.mysqlUrl, row.mysqlVariables ?? {});
  try {
    return await runOnSystem(row, servers, report);
  } finally {
    await restore();
  }
};

/** Sets variables of the server for new connections, and returns a function that resets them. */
const setVariables = async (mysqlUrl: string, variables: Readonly<Record<string, number>>): Promise<() => Promise<void>> => {
  const set = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    const connection = await createConnection({ uri: mysqlUrl });
    for (const [name, value] of Object.entries(values)) await connection.query("SET GLOBAL ?? = ?", [name, value]);
    await connection.end();
  };
  await set(variables);
  return () => set(Object.fromEntries(Object.keys(variables).map((name) => [name, raw("DEFAULT")])));
};

const runOnSystem = async (row: Row, servers: Servers, report: Report): Promise<RowResult> => {
  const system = await startLimitedSystem({
    name: row.name,
    servers,
    services: row.services,
    env: row.env ?? {},
    prepare: async (eventStore) => row.prepare?.({ eventStore }),
  });
  try {
    const mistakes: string[] = [];
    let outcome = "";
    try {
      outcome = await row.run({ system, eventStore: system.eventStore, report: (line) => report(`  ${row.name}: ${line}`) });
    } catch (error) {
      mistakes.push(error instanceof Error ? error.message : String(error));
    }
    const peaks = await system.peaks();
    for (const [service, peak] of Object.entries(peaks)) {
      if (peak === undefined) mistakes.push(`${service} was killed`);
      else if (peak > (row.maxPeakBytes ?? memoryLimitBytes)) mistakes.push(`${service} needed ${megabytes(peak)}`);
    }
    return { row, enforcement: system.enforcement, peaks, outcome, mistakes };
  } finally {
    await system.stop();
  }
};

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
