import { bytesToUuid, run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { messageColumns, type StoredHeader, type StoredMessageRow } from "./storedMessage.ts";

export type ListedDeadLetter = {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly aggregate_id: string | null;
  readonly version: number | null;
  readonly created_at: string;
  /** Of its cart, so at which its queue begins; null when the cart is not there. */
  readonly cart_version: number | null;
};

type ListedRow = RowDataPacket & {
  id: number;
  topic: string;
  kafka_partition: number;
  kafka_offset: number | string;
  reason_code: string;
  reason: string;
  aggregate_id: Buffer | null;
  version: number | null;
  created_at: Date;
  cart_version: number | null;
};

export type DeadLetterFilter = { readonly aggregateId?: string | undefined; readonly reason?: string | undefined; readonly limit: number };

/** The dead letters in the order in which they came. */
export const listDeadLetters = async (
  connection: PoolConnection,
  { aggregateId, reason, limit }: DeadLetterFilter,
): Promise<readonly ListedDeadLetter[]> => {
  const conditions = [
    ...(aggregateId === undefined ? [] : [{ sql: "d.aggregate_id = ?", value: uuidToBytes(aggregateId) }]),
    ...(reason === undefined ? [] : [{ sql: "d.reason_code = ?", value: reason }]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
  const rows = await run<ListedRow[]>(
    connection,
    `SELECT d.id, d.topic, d.kafka_partition, d.kafka_offset, d.reason_code, d.reason, d.aggregate_id, d.version, d.created_at,
            c.version AS cart_version
     FROM dead_letters d LEFT JOIN carts c ON c.id = d.aggregate_id ${where} ORDER BY d.id LIMIT ?`,
    [...conditions.map(({ value }) => value), limit],
  );
  return rows.map(toListed);
};

const toListed = (row: ListedRow): ListedDeadLetter => ({
  id: row.id,
  topic: row.topic,
  partition: row.kafka_partition,
  offset: String(row.kafka_offset),
  reason_code: row.reason_code,
  reason: row.reason,
  aggregate_id: row.aggregate_id === null ? null : bytesToUuid(row.aggregate_id),
  version: row.version,
  created_at: row.created_at.toISOString(),
  cart_version: row.cart_version,
});

type Bytes = { readonly text: string } | { readonly base64: string } | null;

export type ShownDeadLetter = ListedDeadLetter & {
  readonly headers: readonly StoredHeader[];
  readonly key: Bytes;
  readonly value: Bytes;
};

/** One dead letter with the whole message; `undefined` when there is none with this id. */
export const showDeadLetter = async (connection: PoolConnection, id: number): Promise<ShownDeadLetter | undefined> => {
  const [row] = await run<(ListedRow & StoredMessageRow)[]>(
    connection,
    `SELECT d.id, ${messageColumns}, d.reason_code, d.reason, d.aggregate_id, d.version, d.created_at,
            (SELECT c.version FROM carts c WHERE c.id = d.aggregate_id) AS cart_version
     FROM dead_letters d WHERE d.id = ?`,
    [id],
  );
  if (row === undefined) return undefined;
  return { ...toListed(row), headers: row.headers, key: toBytes(row.message_key), value: toBytes(row.value) };
};

/** As text when nothing is lost by it. */
const toBytes = (bytes: Buffer | null): Bytes => {
  if (bytes === null) return null;
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? { text } : { base64: bytes.toString("base64") };
};
