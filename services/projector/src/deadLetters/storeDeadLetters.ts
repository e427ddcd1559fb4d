import { run, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader } from "mysql2/promise";
import type { DeadLetter } from "./deadLetter.ts";
import { messageColumns, storedHeaders } from "./storedMessage.ts";

/** Stores messages whole, in order. One that is stored already, by its place in the topic, is left as it is. Returns how many are new. */
export const storeDeadLetters = async (connection: PoolConnection, deadLetters: readonly DeadLetter[]): Promise<number> => {
  if (deadLetters.length === 0) return 0;
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    `INSERT INTO dead_letters
       (${messageColumns}, reason_code, reason, aggregate_id, version)
     VALUES ? ON DUPLICATE KEY UPDATE id = id`,
    [deadLetters.map(toRow)],
  );
  return affectedRows;
};

const toRow = ({ message, code, reason, aggregateId, version }: DeadLetter): unknown[] => [
  message.topic,
  message.partition,
  message.offset,
  message.key,
  JSON.stringify(storedHeaders(message)),
  message.value,
  code,
  reason.slice(0, 8_000),
  aggregateId === undefined ? null : uuidToBytes(aggregateId),
  version ?? null,
];
