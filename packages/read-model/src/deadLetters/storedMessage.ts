import { isUtf8 } from "node:buffer";
import type { ConsumedMessage } from "@cart/messaging";
import type { RowDataPacket } from "mysql2/promise";

/** A header, stored as text so that operators can read it, or in base64 if its bytes are not valid UTF-8. */
export type StoredHeader = { readonly name: string } & ({ readonly text: string } | { readonly base64: string });

export const storedHeaders = ({ headers }: ConsumedMessage): StoredHeader[] =>
  Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): StoredHeader => {
      const bytes = Buffer.from(value ?? "");
      return isUtf8(bytes) ? { name, text: bytes.toString("utf8") } : { name, base64: bytes.toString("base64") };
    }),
  );

export const messageColumns = "topic, kafka_partition, kafka_offset, message_key, headers, value";

export type StoredMessageRow = RowDataPacket & {
  readonly topic: string;
  readonly kafka_partition: number;
  readonly kafka_offset: number | string;
  readonly message_key: Buffer | null;
  readonly headers: readonly StoredHeader[];
  readonly value: Buffer | null;
};

/** Restores the message as the consumer received it, so that a retry applies the same rules to it. */
export const toMessage = (row: StoredMessageRow): ConsumedMessage => ({
  topic: row.topic,
  partition: row.kafka_partition,
  offset: String(row.kafka_offset),
  key: row.message_key,
  value: row.value,
  headers: toHeaders(row.headers),
});

const toHeaders = (stored: readonly StoredHeader[]): ConsumedMessage["headers"] => {
  const headers = new Map<string, Buffer | Buffer[]>();
  for (const header of stored) {
    const bytes = "text" in header ? Buffer.from(header.text) : Buffer.from(header.base64, "base64");
    const former = headers.get(header.name);
    headers.set(header.name, former === undefined ? bytes : [former, bytes].flat());
  }
  return Object.fromEntries(headers);
};
