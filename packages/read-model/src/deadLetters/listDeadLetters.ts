import { bytesToUuid, run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import type { Projections } from "../projection/projection.ts";
import { ofAggregate } from "./ofAggregate.ts";
import { messageColumns, type StoredHeader, type StoredMessageRow } from "./storedMessage.ts";

export type ListedDeadLetter = {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string | null;
  readonly version: number | null;
  readonly created_at: string;
  /** The aggregate's version in the read model, after which its queue begins; null if the aggregate does not exist there. */
  readonly aggregate_version: number | null;
  /** The aggregate's tenant in the read model; null if the aggregate does not exist there. */
  readonly tenant_id: string | null;
  /** The number of later dead letters of the same aggregate, which wait behind this one. */
  readonly waiting: number;
};

type ListedRow = RowDataPacket & {
  id: number;
  topic: string;
  kafka_partition: number;
  kafka_offset: number | string;
  reason_code: string;
  reason: string;
  aggregate_type: string;
  aggregate_id: Buffer | null;
  version: number | null;
  created_at: Date;
  aggregate_version: number | null;
  tenant_id: string | null;
  waiting: number;
};

export type DeadLetterFilter = {
  readonly aggregateId?: string | undefined;
  readonly reason?: string | undefined;
  /** Only dead letters of aggregates that the read model knows as this tenant's. */
  readonly tenantId?: string | undefined;
  /** Only dead letters with a greater id. */
  readonly afterId?: number | undefined;
  readonly limit: number;
};

/** Returns the columns of `dead_letters d`, and what the read model knows of each dead letter's aggregate. */
const columnsWith = (projections: Projections): string =>
  `d.reason_code, d.reason, d.aggregate_type, d.aggregate_id, d.version, d.created_at,
    ${ofAggregate(projections, "version")} AS aggregate_version, ${ofAggregate(projections, "tenant_id")} AS tenant_id,
    (SELECT COUNT(*) FROM dead_letters w WHERE w.aggregate_type = d.aggregate_type AND w.aggregate_id = d.aggregate_id AND w.id > d.id) AS waiting`;

type Condition = { readonly sql: string; readonly value: unknown };

const conditionsOf = (
  projections: Projections,
  { aggregateId, reason, tenantId, afterId }: Omit<DeadLetterFilter, "limit">,
): Condition[] => [
  ...(aggregateId === undefined ? [] : [{ sql: "d.aggregate_id = ?", value: uuidToBytes(aggregateId) }]),
  ...(reason === undefined ? [] : [{ sql: "d.reason_code = ?", value: reason }]),
  ...(tenantId === undefined ? [] : [{ sql: `${ofAggregate(projections, "tenant_id")} = ?`, value: tenantId }]),
  ...(afterId === undefined ? [] : [{ sql: "d.id > ?", value: afterId }]),
];

const whereOf = (conditions: readonly Condition[]): string =>
  conditions.length === 0 ? "" : `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;

/** Lists dead letters in the order in which they were stored. */
export const listDeadLetters = async (
  connection: PoolConnection,
  projections: Projections,
  { limit, ...filter }: DeadLetterFilter,
): Promise<readonly ListedDeadLetter[]> => {
  const conditions = conditionsOf(projections, filter);
  const rows = await run<ListedRow[]>(
    connection,
    `SELECT d.id, d.topic, d.kafka_partition, d.kafka_offset, ${columnsWith(projections)} FROM dead_letters d ${whereOf(conditions)} ORDER BY d.id LIMIT ?`,
    [...conditions.map(({ value }) => value), limit],
  );
  return rows.map(toListed);
};

/** Counts the dead letters by reason. */
export const countByReason = async (
  connection: PoolConnection,
  projections: Projections,
  filter: Pick<DeadLetterFilter, "tenantId">,
): Promise<ReadonlyMap<string, number>> => {
  const conditions = conditionsOf(projections, filter);
  const rows = await run<(RowDataPacket & { reason_code: string; letters: number })[]>(
    connection,
    `SELECT d.reason_code, COUNT(*) AS letters FROM dead_letters d ${whereOf(conditions)} GROUP BY d.reason_code ORDER BY letters DESC`,
    conditions.map(({ value }) => value),
  );
  return new Map(rows.map(({ reason_code: reason, letters }) => [reason, letters]));
};

const toListed = (row: ListedRow): ListedDeadLetter => ({
  id: row.id,
  topic: row.topic,
  partition: row.kafka_partition,
  offset: String(row.kafka_offset),
  reason_code: row.reason_code,
  reason: row.reason,
  aggregate_type: row.aggregate_type,
  aggregate_id: row.aggregate_id === null ? null : bytesToUuid(row.aggregate_id),
  version: row.version,
  created_at: row.created_at.toISOString(),
  aggregate_version: row.aggregate_version,
  tenant_id: row.tenant_id,
  waiting: row.waiting,
});

type Bytes = { readonly text: string } | { readonly base64: string } | null;

export type ShownDeadLetter = ListedDeadLetter & {
  readonly headers: readonly StoredHeader[];
  readonly key: Bytes;
  readonly value: Bytes;
};

/** Returns one dead letter with its whole message, or `undefined` if no dead letter has this id. */
export const showDeadLetter = async (
  connection: PoolConnection,
  projections: Projections,
  id: number,
): Promise<ShownDeadLetter | undefined> => {
  const [row] = await run<(ListedRow & StoredMessageRow)[]>(
    connection,
    `SELECT d.id, ${messageColumns}, ${columnsWith(projections)} FROM dead_letters d WHERE d.id = ?`,
    [id],
  );
  if (row === undefined) return undefined;
  return { ...toListed(row), headers: row.headers, key: toBytes(row.message_key), value: toBytes(row.value) };
};

/** Shows bytes as text if they are valid UTF-8, else in base64. */
const toBytes = (bytes: Buffer | null): Bytes => {
  if (bytes === null) return null;
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? { text } : { base64: bytes.toString("base64") };
};
