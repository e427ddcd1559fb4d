import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createEventProducer, createKafka, encodeEventMessage, runBatchConsumer } from "@cart/messaging";
import { uuidToBytes } from "@cart/mysql";
import { createLogger } from "@cart/process-kit";
import { waitUntil } from "@cart/tools/own-servers";
import mysql, { type Pool, type RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { bareTransaction } from "./bareTransaction.ts";
import type { BarePlan, BareReady, BareRole } from "./bareWay.ts";

// Each role is a separate process, as in the product.
const roles: Readonly<Record<BareRole, (plan: BarePlan) => Promise<BareReady>>> = {
  /** Answers after its transaction and then publishes the event itself: if this process dies in between, the event is lost. */
  write: async ({ eventStoreUrl, brokers, topic }) => {
    const pool = poolOf(eventStoreUrl);
    const producer = createEventProducer(kafkaOf(brokers));
    return listen(async (id, response) => {
      const connection = await pool.getConnection();
      await bareTransaction(connection, uuidToBytes(id));
      connection.release();
      response.end("{}");
      await producer.send([{ topic, messages: [1, 2].map((version) => messageOf(id, version)) }]);
    });
  },

  project: async ({ readModelUrl, brokers, topic }) => {
    const pool = poolOf(readModelUrl);
    const consumer = runBatchConsumer({
      kafka: kafkaOf(brokers),
      groupId: `${topic}.bare`,
      topics: [topic],
      logger,
      handleBatch: async (messages) => {
        const connection = await pool.getConnection();
        const ids = [...new Set(messages.map(({ key }) => String(key)))].map(uuidToBytes);
        await connection.query("START TRANSACTION");
        await connection.query(
          `INSERT INTO carts (id, tenant_id, user_id, status, currency, total_amount, item_count, line_count, version, next_position, created_at, updated_at)
           VALUES ?`,
          [ids.map((id) => [id, "default", "user-123", "OPEN", "USD", 5998, 2, 1, 2, 2, new Date(), new Date()])],
        );
        await connection.query("INSERT INTO cart_items (cart_id, item_id, name, quantity, unit_price, position) VALUES ?", [
          ids.map((id) => [id, "item-456", null, 2, 2999, 1]),
        ]);
        await connection.query("COMMIT");
        connection.release();
      },
    });
    await waitUntil("the consumer to join", 60, consumer.assertReady);
    return {};
  },

  read: ({ readModelUrl }) => {
    const pool = poolOf(readModelUrl);
    return listen(async (id, response) => {
      for (;;) {
        const [rows] = await pool.query<RowDataPacket[]>(
          "SELECT c.*, i.* FROM carts c JOIN cart_items i ON i.cart_id = c.id WHERE c.id = ? AND c.version >= 2",
          [uuidToBytes(id)],
        );
        if (rows.length > 0) break;
        await delay(1);
      }
      response.end("{}");
    });
  },
};

const logger = createLogger({ service: "bare", level: "error" });
const kafkaOf = (brokers: readonly string[]) => createKafka({ brokers: [...brokers], clientId: "bare", logger });
const poolOf = (uri: string): Pool => mysql.createPool({ uri, connectionLimit: 8, timezone: "Z" });

const messageOf = (aggregateId: string, version: number) =>
  encodeEventMessage({
    eventId: uuidv7(),
    eventType: "ItemAddedToCart",
    schemaVersion: 1,
    aggregateType: "Cart",
    aggregateId,
    version,
    occurredAt: new Date(),
    metadata: { correlation_id: "bare", causation_id: "bare" },
    data: JSON.stringify({ item_id: "item-456", quantity: 2, unit_price: 2999 }),
  });

const listen = async (answer: (cartId: string, response: ServerResponse) => Promise<void>): Promise<BareReady> => {
  const server: Server = createServer((request: IncomingMessage, response) => {
    request.resume().once("end", () => void answer(/\/carts\/([^/?]+)/.exec(request.url ?? "")?.[1] ?? "", response));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

process.once("message", (message) => {
  const plan = message as BarePlan;
  void roles[plan.role](plan).then((ready) => process.send?.(ready));
});
// The parent has exited or has finished measuring.
process.once("disconnect", () => process.exit(0));
