import { createHash } from "node:crypto";
import type { ConsumedMessage } from "@cart/messaging";
import { type Statement, uuidToBytes } from "@cart/mysql";
import type { Row } from "../projection/projectedTable.ts";
import { rowGroups } from "../projection/rowGroups.ts";
import type { DeadLetter } from "./deadLetter.ts";
import { messageColumns, storedHeaders } from "./storedMessage.ts";

/**
 * Stores whole messages, in order. Leaves a message unchanged if it is stored already. A message with another event id is
 * another message, even at the same topic, partition and offset, because a topic may have been created anew.
 */
export const storeDeadLetters = (deadLetters: readonly DeadLetter[]): Statement[] =>
  rowGroups(deadLetters.map(toRow)).map((rows) => ({
    sql: `INSERT INTO dead_letters
            (${messageColumns}, message_id, reason_code, reason, aggregate_type, aggregate_id, version)
          VALUES ? ON DUPLICATE KEY UPDATE id = id`,
    values: [rows],
  }));

const toRow = ({ message, code, reason, aggregateType, aggregateId, version }: DeadLetter): Row => [
  message.topic,
  message.partition,
  message.offset,
  message.key,
  JSON.stringify(storedHeaders(message)),
  message.value,
  messageIdOf(message),
  code,
  reason.slice(0, 8_000),
  aggregateType,
  aggregateId === undefined ? null : uuidToBytes(aggregateId),
  version ?? null,
];

/** Returns the event id of the message. A message without one is identified by its content. */
const messageIdOf = (message: ConsumedMessage): string => {
  const eventId = message.headers["ce_id"];
  const text = Buffer.isBuffer(eventId) ? eventId.toString("latin1") : eventId;
  if (typeof text === "string" && uuidPattern.test(text)) return text;
  const hash = createHash("sha256").update(JSON.stringify(storedHeaders(message)));
  for (const part of [message.key, message.value]) hash.update(`/${part?.length ?? "null"}/`).update(part ?? "");
  return hash.digest("hex");
};

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
