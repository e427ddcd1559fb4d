import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type createKafka, topicsWithPrefix } from "@cart/messaging";
import type { ConsumedMessage } from "@cart/messaging";
import { readTopic } from "@cart/tests-common";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { partitions } from "../system/system.ts";
import type { Kept } from "./findPerson.ts";

/** Returns each column of each row of all databases whose names begin so. */
export const tablesOf = async (admin: Pick<Pool, "query">, databasePrefix: string): Promise<Kept[]> => {
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

/** Returns each record of both topics, without those that are foreign. */
export const recordsOf = async (
  { kafka, env }: { readonly kafka: ReturnType<typeof createKafka>; readonly env: Readonly<Record<string, string>> },
  isForeign: (message: ConsumedMessage) => boolean = () => false,
): Promise<Kept[]> => {
  const kept: Kept[] = [];
  for (const topic of Object.values(topicsWithPrefix(env["KAFKA_TOPIC_PREFIX"] ?? ""))) {
    await readTopic({ kafka, topic, partitions }, (message) => {
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

/** Returns the files in a folder, without its folders. */
export const filesOf = async (folder: string): Promise<Kept[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(async ({ name }) => ({ place: `log of ${name}`, content: await readFile(join(folder, name)) })));
};
