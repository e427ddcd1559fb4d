import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { filesOf, type Kept, recordsOf, tablesOf } from "@cart/tests-harness";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { consoleAnswers } from "./support.ts";
import type { RunningSystem, World } from "./world.ts";

/** Everything that the system keeps, of which no place is left out because somebody thought that it has nothing. */
export const everythingKept = async (world: World): Promise<readonly Kept[]> => {
  const parts = await Promise.all([
    tablesOf(world.admin, world.databasePrefix),
    recordsOf(world.system(), world.isForeign),
    ...world.logFolders.map(filesOf),
    objectsIn(world.archiveFolder),
    metricsOf(world.system()),
    consoleAnswers(world),
    binaryLogsOf(world.admin, world.firstBinaryLog()),
  ]);
  return [...parts.flat(), ...world.traces.kept()];
};

/** Returns the contents and names of the archive's objects. The folder exists once a cart was archived. */
const objectsIn = async (folder: string): Promise<Kept[]> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async ({ parentPath, name }) => ({
        place: "archive",
        content: Buffer.concat([Buffer.from(`${parentPath}/${name}\n`), gunzipSync(await readFile(join(parentPath, name)))]),
      })),
  );
};

const metricsOf = ({ services }: RunningSystem): Promise<Kept[]> =>
  Promise.all(
    services().map(async ({ name, url }) => ({ place: `metrics of ${name}`, content: await (await fetch(`${url}/metrics`)).text() })),
  );

type LogRow = RowDataPacket & { readonly Log_name: string };

/** Returns the bytes of MySQL's binary logs from one of them on. */
export const binaryLogsOf = async (admin: Pool, first: string): Promise<Kept[]> => {
  const [[base]] = await admin.query<(RowDataPacket & { readonly path: string })[]>("SELECT @@log_bin_basename AS path");
  const [logs] = await admin.query<LogRow[]>("SHOW BINARY LOGS");
  const names = logs.map(({ Log_name: name }) => name).filter((name) => name >= first);
  if (base === undefined || names.length === 0) throw new Error("MySQL has no binary log, so the suite cannot search it");
  return Promise.all(names.map(async (name) => ({ place: "binary log", content: await readFile(join(dirname(base.path), name)) })));
};

/** Begins a new binary log and returns its name. */
export const beginBinaryLog = async (admin: Pool): Promise<string> => {
  await admin.query("FLUSH BINARY LOGS");
  const [logs] = await admin.query<LogRow[]>("SHOW BINARY LOGS");
  return logs.at(-1)?.Log_name ?? "";
};
