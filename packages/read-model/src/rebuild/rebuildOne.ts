import { foldStreams } from "@cart/event-store";
import { fromPrimary, inTransaction, readRowsFrom, run, uuidToBytes, withoutConflict } from "@cart/mysql";
import type { Pool, ResultSetHeader } from "mysql2/promise";
import { projectionOf, type Projections } from "../projection/projection.ts";
import { passGate } from "../writerGate.ts";
import { pageOf } from "./foldLimits.ts";
import { liveName, replaceRows, rowsOf } from "./storeRows.ts";

export type RebuildOneResult = {
  readonly aggregate_id: string;
  /** 0 if the read model did not have the aggregate. */
  readonly version_before: number;
  /** 0 if the aggregate has no events. Its rows are then removed. */
  readonly version: number;
  readonly dead_letters_cleared: number;
};

/**
 * Rebuilds one aggregate from its events, in place and in one transaction, and clears its
 * dead letters. The fold is read while the aggregate is locked, so it contains every event
 * that a projector can have stored as a dead letter before. An aggregate that does not exist
 * has no row to lock: a dead letter that is stored at that very moment stays, and a retry
 * clears it as a duplicate.
 */
export const rebuildOne = (
  eventStore: Pool,
  readModel: Pool,
  projections: Projections,
  { aggregateType, id }: { readonly aggregateType: string; readonly id: string },
): Promise<RebuildOneResult> =>
  withoutConflict(() =>
    inTransaction(readModel, async (connection) => {
      const { tables, lockVersion, folder } = projectionOf(projections, aggregateType);
      await passGate(connection);
      const before = await lockVersion(connection, id);
      const folded = await fromPrimary(eventStore, () => foldStreams(readRowsFrom(eventStore), folder, [id], pageOf()));
      const [after] = folded;
      if (after?.problem !== undefined) {
        const { version, reason_code: code, reason } = after.problem;
        throw new Error(`nothing was changed: event ${version} cannot be projected, ${code}: ${reason}`);
      }
      if (after === undefined && before === 0) throw new Error(`neither the event store nor the read model has this ${aggregateType}`);
      await replaceRows(connection, tables, liveName, { ids: [id], rows: rowsOf(folded) });
      const { affectedRows } = await run<ResultSetHeader>(
        connection,
        "DELETE FROM dead_letters WHERE aggregate_type = ? AND aggregate_id = ?",
        [aggregateType, uuidToBytes(id)],
      );
      return {
        aggregate_id: id,
        version_before: before,
        version: after?.version ?? 0,
        dead_letters_cleared: affectedRows,
      };
    }),
  );
