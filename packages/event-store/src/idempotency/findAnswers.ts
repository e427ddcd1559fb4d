import { bytesToUuid, run, uuidToBytes, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { KeyScope, StoredAnswer } from "./storedAnswer.ts";

type Row = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly aggregate_type: string;
  readonly idempotency_key: string;
  readonly request_hash: Buffer;
  readonly version: number;
  readonly answer: string;
};

/** Finds the stored answer of each key (at least one) in one statement, in the keys' order; `undefined` for a key that no committed command used. */
export const findAnswers = async (pool: Pool, scopes: readonly KeyScope[]): Promise<(StoredAnswer | undefined)[]> => {
  const rows = await withConnection(pool, (connection) =>
    run<Row[]>(
      connection,
      `SELECT aggregate_id, aggregate_type, idempotency_key, request_hash, version, answer FROM idempotency_keys
       WHERE (aggregate_id, aggregate_type, idempotency_key) IN (?)`,
      [scopes.map(({ aggregateId, aggregateType, key }) => [uuidToBytes(aggregateId), aggregateType, key])],
    ),
  );
  const found = new Map(rows.map((row): [string, StoredAnswer] => [nameOf(toAnswer(row)), toAnswer(row)]));
  return scopes.map((scope) => found.get(nameOf(scope)));
};

const toAnswer = (row: Row): StoredAnswer => ({
  aggregateType: row.aggregate_type,
  aggregateId: bytesToUuid(row.aggregate_id),
  key: row.idempotency_key,
  requestHash: row.request_hash,
  version: row.version,
  answer: row.answer,
});

const nameOf = ({ aggregateType, aggregateId, key }: KeyScope): string => `${aggregateType}/${aggregateId}/${key}`;
