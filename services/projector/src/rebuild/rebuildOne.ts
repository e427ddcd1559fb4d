import { inTransaction, run, uuidToBytes } from "@cart/mysql";
import type { Pool, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { liveTables } from "../readModel/cartTables.ts";
import { withoutConflict } from "../readModel/withoutConflict.ts";
import { passGate } from "../readModel/writerGate.ts";
import { foldStreams } from "./foldStreams.ts";
import { replaceCarts, rowsOf } from "./storeCarts.ts";

export type RebuildOneResult = {
  readonly aggregate_id: string;
  /** 0 for a cart that was not there. */
  readonly version_before: number;
  /** 0 for a cart without an event: it is removed. */
  readonly version: number;
  readonly dead_letters_cleared: number;
};

/**
 * Makes one cart anew from its events, in place and in one transaction, and clears its
 * dead letters: the fold is read while the cart is locked, so it has each event that a
 * projector can have buried before. (A cart that is not there has no row to lock: a
 * message that is buried at that very moment stays, and a retry finds a duplicate.)
 */
export const rebuildOne = (eventStore: Pool, readModel: Pool, aggregateId: string): Promise<RebuildOneResult> =>
  withoutConflict(() =>
    inTransaction(readModel, async (connection) => {
      const id = uuidToBytes(aggregateId);
      await passGate(connection);
      const [before] = await run<(RowDataPacket & { version: number })[]>(
        connection,
        `SELECT version FROM ${liveTables.carts} WHERE id = ? FOR UPDATE`,
        [id],
      );
      const [cart] = await foldStreams(eventStore, [aggregateId]);
      if (cart?.problem !== undefined) {
        const { version, reason_code: code, reason } = cart.problem;
        throw new Error(`nothing was changed: event ${version} cannot be projected, ${code}: ${reason}`);
      }
      if (cart === undefined && before === undefined) throw new Error("neither the event store nor the read model has this cart");
      if (cart === undefined) {
        await run(connection, `DELETE FROM ${liveTables.items} WHERE cart_id = ?`, [id]);
        await run(connection, `DELETE FROM ${liveTables.carts} WHERE id = ?`, [id]);
      } else {
        await replaceCarts(connection, liveTables, rowsOf([cart]));
      }
      const { affectedRows } = await run<ResultSetHeader>(connection, "DELETE FROM dead_letters WHERE aggregate_id = ?", [id]);
      return {
        aggregate_id: aggregateId,
        version_before: before?.version ?? 0,
        version: cart?.projected.version ?? 0,
        dead_letters_cleared: affectedRows,
      };
    }),
  );
