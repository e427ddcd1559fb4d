import { type Statement, uuidToBytes } from "@cart/mysql";
import type { DeadLetter } from "./deadLetter.ts";
import { messageColumns, storedHeaders } from "./storedMessage.ts";

/** Stores whole messages, in order. Leaves a message unchanged if its topic, partition and offset are stored already. */
export const storeDeadLetters = (deadLetters: readonly DeadLetter[]): Statement[] =>
  deadLetters.length === 0
    ? []
    : [
        {
          sql: `INSERT INTO dead_letters
                  (${messageColumns}, reason_code, reason, aggregate_type, aggregate_id, version)
                VALUES ? ON DUPLICATE KEY UPDATE id = id`,
          values: [deadLetters.map(toRow)],
        },
      ];

const toRow = ({ message, code, reason, aggregateType, aggregateId, version }: DeadLetter): unknown[] => [
  message.topic,
  message.partition,
  message.offset,
  message.key,
  JSON.stringify(storedHeaders(message)),
  message.value,
  code,
  reason.slice(0, 8_000),
  aggregateType,
  aggregateId === undefined ? null : uuidToBytes(aggregateId),
  version ?? null,
];
