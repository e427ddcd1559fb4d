import type { ConsumedMessage } from "@cart/messaging";
import { runTogether, uuidToBytes, withConnection, writeTogether } from "@cart/mysql";
import { noTracer, type Tracer } from "@cart/service-kit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { type ParkedRow, selectParked, toParked } from "./deadLetters/parkedCarts.ts";
import { storeDeadLetters } from "./deadLetters/storeDeadLetters.ts";
import { cartIdOf, readMessage } from "./projection/incomingMessage.ts";
import { type BatchResult, projectBatch } from "./projection/projectBatch.ts";
import { type CartRows, selectCarts, toCarts } from "./readModel/loadCarts.ts";
import { gate } from "./readModel/writerGate.ts";
import { withoutConflict } from "./readModel/withoutConflict.ts";
import { cartWrites } from "./readModel/writeCarts.ts";
import { traceBatch } from "./traceBatch.ts";

type Nothing = RowDataPacket[];

export type ApplyBatch = (messages: readonly ConsumedMessage[]) => Promise<BatchResult>;

/**
 * Brings a batch of messages into the read model in one transaction: all of it or
 * nothing. Each event has its effect once, however often its message is applied and
 * by however many projectors at once. When it rejects, apply the same messages again.
 */
export const createApplyBatch =
  (pool: Pool, tracer: Tracer = noTracer): ApplyBatch =>
  async (messages) => {
    const incoming = messages.map(readMessage);
    const ids = [...new Set(incoming.map(cartIdOf))].filter((id) => id !== undefined).toSorted();
    // A list in SQL must not be empty, and NULL is no cart's id.
    const bytes = ids.length === 0 ? [null] : ids.map(uuidToBytes);
    // Two round trips: to begin, lock and read, and to write and commit.
    const project = () =>
      withConnection(pool, async (connection) => {
        const [, , carts, items, parked] = await runTogether<[Nothing, Nothing, ...CartRows, ParkedRow[]]>(connection, [
          { sql: "START TRANSACTION" },
          gate,
          ...selectCarts(bytes),
          selectParked(bytes),
        ]);
        const result = projectBatch({ carts: toCarts([carts, items]), parked: toParked(parked) }, incoming);
        await writeTogether(connection, [...cartWrites(result.changes), ...storeDeadLetters(result.deadLetters), { sql: "COMMIT" }]);
        return result;
      });
    return traceBatch(tracer, incoming, () => withoutConflict(project));
  };
