import type { ConsumedMessage } from "@cart/messaging";
import { inTransaction } from "@cart/mysql";
import { noTracer, type Tracer } from "@cart/service-kit";
import type { Pool } from "mysql2/promise";
import { parkedCarts } from "./deadLetters/parkedCarts.ts";
import { storeDeadLetters } from "./deadLetters/storeDeadLetters.ts";
import { cartIdOf, readMessage } from "./projection/incomingMessage.ts";
import { type BatchResult, projectBatch } from "./projection/projectBatch.ts";
import { loadCarts } from "./readModel/loadCarts.ts";
import { passGate } from "./readModel/writerGate.ts";
import { withoutConflict } from "./readModel/withoutConflict.ts";
import { writeCarts } from "./readModel/writeCarts.ts";
import { traceBatch } from "./traceBatch.ts";

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
    const project = () =>
      inTransaction(pool, async (connection) => {
        await passGate(connection);
        const carts = await loadCarts(connection, ids);
        const parked = await parkedCarts(connection, ids);
        const result = projectBatch({ carts, parked }, incoming);
        await writeCarts(connection, result.changes);
        await storeDeadLetters(connection, result.deadLetters);
        return result;
      });
    return traceBatch(tracer, incoming, () => withoutConflict(project));
  };
