import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type ConsumedMessage, topicsWithPrefix } from "@cart/messaging";
import { readTopic } from "@cart/tests-common";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { Kept } from "./person.ts";
import { consoleAnswers } from "./support.ts";
import type { RunningSystem, World } from "./world.ts";

/** Everything that the system keeps, of which no place is left out because somebody thought that it has nothing. */
export const everythingKept = async (world: World): Promise<readonly Kept[]> => {
  const parts = await Promise.all([
    tablesOf(world.admin, world.databasePrefix),
    messagesOf(world),
    ...world.logFolders.map(filesOf),
    objectsIn(world.archiveFolder),
    metricsOf(world.system()),
    consoleAnswers(world),
    binaryLogsOf(world.admin, world.firstBinaryLog()),
  ]);
  return [...parts.flat(), ...world.traces.kept()];
};

/** Returns each column of each row of all databases of the system. */
export const tablesOf = async (admin: Pool, databasePrefix: string): Promise<Kept[]> => {
  const [tables] = await admin.query<(RowDataPacket & { readonly db: string; readonly name: string })[]>(
    "SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE ? AND TABLE_TYPE = 'BASE TABLE'",
    [`${databasePrefix.replaceAll("_", String.raw`\_`)}%`],
  );
  const kept: Kept[] = [];
  for (const { db, name } of tables) {
    const [rows] = await admin.query<RowDataPacket[]>("SELECT * FROM ??.??", [db, name]);
    const short = `${db.slice(databasePrefix.length)}.${name}`;
    for (const row of rows)
      for (const [column, value] of Object.entries(row)) kept.push({ place: `${short}.${column}`, content: textOf(value) });
  }
  return kept;
};

const textOf = (value: unknown): string | Buffer => {
  if (Buffer.isBuffer(value)) return value;
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** Returns each record of the topics, without those that the suite has sent itself or that were sent before sealing was switched on. */
const messagesOf = async ({ system, isForeign }: World): Promise<Kept[]> => {
  const { kafka, env } = system();
  const kept: Kept[] = [];
  for (const topic of Object.values(topicsWithPrefix(env["KAFKA_TOPIC_PREFIX"] ?? ""))) {
    await readTopic({ kafka, topic, partitions: 12 }, (message: ConsumedMessage) => {
      if (isForeign(message)) return;
      const headers = JSON.stringify(message.headers, (_name, value: unknown) => headerText(value));
      kept.push({ place: `${topic} headers`, content: headers }, { place: `${topic} value`, content: message.value ?? "" });
      kept.push({ place: `${topic} key`, content: String(message.key) });
    });
  }
  return kept;
};

/** Buffers reach the replacer of JSON as objects with their bytes. */
const headerText = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "data" in value && Array.isArray(value.data)
    ? Buffer.from(value.data as number[]).toString("latin1")
    : value;

const filesOf = async (folder: string): Promise<Kept[]> => {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => ({ place: `log of ${name}`, content: await readFile(join(folder, name)) })));
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
