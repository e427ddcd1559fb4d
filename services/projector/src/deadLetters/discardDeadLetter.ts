import { bytesToUuid, inTransaction, run } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { loadCarts } from "../readModel/loadCarts.ts";
import { withoutConflict } from "../readModel/withoutConflict.ts";
import { passGate } from "../readModel/writerGate.ts";

export type DiscardResult = {
  readonly id: number;
  readonly aggregate_id: string | null;
  readonly version: number | null;
  /** Dead letters of the same cart that are left. */
  readonly waiting: number;
  readonly consequence: string;
};

/**
 * Deletes one dead letter and says what that means. Nothing is ever jumped because of
 * it: an event that was discarded and is not in the model leaves a gap, behind which
 * the later ones stay dead letters. Undefined when there is none with this id.
 */
export const discardDeadLetter = (pool: Pool, id: number): Promise<DiscardResult | undefined> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      await passGate(connection);
      type Row = RowDataPacket & { aggregate_id: Buffer | null; version: number | null };
      const find = (suffix: string) =>
        run<Row[]>(connection, `SELECT aggregate_id, version FROM dead_letters WHERE id = ? ${suffix}`, [id]);
      const [found] = await find("");
      if (found === undefined) return undefined;
      // The cart before its queue, as everyone else.
      const aggregateId = found.aggregate_id === null ? undefined : bytesToUuid(found.aggregate_id);
      const cart = aggregateId === undefined ? undefined : (await loadCarts(connection, [aggregateId])).get(aggregateId);
      const [row] = await find("FOR UPDATE");
      if (row === undefined) return undefined;

      await run(connection, "DELETE FROM dead_letters WHERE id = ?", [id]);
      const [left] = await run<(RowDataPacket & { waiting: number })[]>(
        connection,
        "SELECT COUNT(*) AS waiting FROM dead_letters WHERE aggregate_id = ?",
        [row.aggregate_id],
      );
      const waiting = left?.waiting ?? 0;
      return {
        id,
        aggregate_id: aggregateId ?? null,
        version: row.version,
        waiting,
        consequence: consequenceOf({ aggregateId, version: row.version, cartVersion: cart?.version ?? 0, waiting }),
      };
    }),
  );

type Discarded = {
  readonly aggregateId: string | undefined;
  readonly version: number | null;
  readonly cartVersion: number;
  readonly waiting: number;
};

const consequenceOf = ({ aggregateId, version, cartVersion, waiting }: Discarded): string => {
  if (aggregateId === undefined) return "none: it was about no cart";
  const retry = waiting === 0 ? "" : `; "dead-letters retry --aggregate ${aggregateId}" projects the ${waiting} that wait`;
  if (version !== null && version <= cartVersion) return `none: the cart has version ${cartVersion} and with it this event${retry}`;
  if (version === null) {
    return `none if it was no event of the cart; if it was one, the cart stays at version ${cartVersion} until "rebuild --aggregate ${aggregateId}"${retry}`;
  }
  return `a gap, unless it was not an event of the cart: the cart stays at version ${cartVersion} and later events stay dead letters until "rebuild --aggregate ${aggregateId}" takes version ${version} from the event store`;
};
