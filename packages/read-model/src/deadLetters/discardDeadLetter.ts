import { bytesToUuid, inTransaction, run, withoutConflict } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { projectionOf, type Projections } from "../projection/projection.ts";
import { passGate } from "../writerGate.ts";

export type DiscardResult = {
  readonly id: number;
  readonly aggregate_type: string;
  readonly aggregate_id: string | null;
  readonly version: number | null;
  /** The number of dead letters that the same aggregate still has. */
  readonly waiting: number;
  readonly consequence: string;
};

/**
 * Deletes one dead letter and reports the consequence. The projector never jumps a gap:
 * if the discarded event is missing from the read model, the aggregate's later events
 * stay dead letters. Resolves to undefined if no dead letter has this id.
 */
export const discardDeadLetter = (pool: Pool, projections: Projections, id: number): Promise<DiscardResult | undefined> =>
  withoutConflict(() =>
    inTransaction(pool, async (connection) => {
      await passGate(connection);
      type Row = RowDataPacket & { aggregate_type: string; aggregate_id: Buffer | null; version: number | null };
      const find = (suffix: string) =>
        run<Row[]>(connection, `SELECT aggregate_type, aggregate_id, version FROM dead_letters WHERE id = ? ${suffix}`, [id]);
      const [found] = await find("");
      if (found === undefined) return undefined;
      // Locks the aggregate before its queue, in the same order as every other transaction.
      const aggregateId = found.aggregate_id === null ? undefined : bytesToUuid(found.aggregate_id);
      const reached =
        aggregateId === undefined ? 0 : await projectionOf(projections, found.aggregate_type).lockVersion(connection, aggregateId);
      const [row] = await find("FOR UPDATE");
      if (row === undefined) return undefined;

      await run(connection, "DELETE FROM dead_letters WHERE id = ?", [id]);
      const [left] = await run<(RowDataPacket & { waiting: number })[]>(
        connection,
        "SELECT COUNT(*) AS waiting FROM dead_letters WHERE aggregate_type = ? AND aggregate_id = ?",
        [row.aggregate_type, row.aggregate_id],
      );
      const waiting = left?.waiting ?? 0;
      return {
        id,
        aggregate_type: row.aggregate_type,
        aggregate_id: aggregateId ?? null,
        version: row.version,
        waiting,
        consequence: consequenceOf({ aggregateType: row.aggregate_type, aggregateId, version: row.version, reached, waiting }),
      };
    }),
  );

type Discarded = {
  readonly aggregateType: string;
  readonly aggregateId: string | undefined;
  readonly version: number | null;
  /** The aggregate's version in the read model. */
  readonly reached: number;
  readonly waiting: number;
};

const consequenceOf = ({ aggregateType, aggregateId, version, reached, waiting }: Discarded): string => {
  if (aggregateId === undefined) return "none: it was about no aggregate";
  const one = `--type ${aggregateType} --aggregate ${aggregateId}`;
  const retry = waiting === 0 ? "" : `; "dead-letters retry ${one}" projects the ${waiting} that wait`;
  if (version !== null && version <= reached) return `none: the aggregate has version ${reached} and with it this event${retry}`;
  if (version === null) {
    return `none if it was no event of the aggregate; if it was one, that stays at version ${reached} until "rebuild ${one}"${retry}`;
  }
  return `a gap, unless it was not an event of the aggregate: that stays at version ${reached} and later events stay dead letters until "rebuild ${one}" takes version ${version} from the event store`;
};
