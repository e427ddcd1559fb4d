import type { Pool, RowDataPacket } from "mysql2/promise";
import type { Projection, Projections } from "../projection/projection.ts";

/** A projection whose rows were built by another revision of it, so that they may lack what this revision writes. */
export type OutdatedProjection = {
  readonly aggregate_type: string;
  /** The revision that built the rows; `null` if a release built them that recorded none. */
  readonly built_by: number | null;
  readonly revision: number;
};

/**
 * Records the revision of each projection whose tables are empty: whatever is projected from now on is projected by
 * this program. A projector of another release that runs at the same time has to be replaced before it writes rows.
 *
 * Each statement is a transaction of its own: one that had used a table of each projection would hold up the swap of a
 * rebuild and could end in a deadlock with it.
 */
export const claimEmptyProjections = async (readModel: Pool, projections: Projections): Promise<void> => {
  for (const projection of projections) {
    const [rows] = await readModel.query<RowDataPacket[]>(`SELECT 1 FROM ${projection.tables[0].name} LIMIT 1`);
    if (rows.length === 0) await recordRevisions(readModel, [projection]);
  }
};

/** Records that all rows of these projections were built by this program. */
export const recordRevisions = async (readModel: Pool, projections: Projections): Promise<void> => {
  for (const { aggregateType, revision } of projections) {
    await readModel.query("INSERT INTO projections (aggregate_type, revision) VALUES (?, ?) ON DUPLICATE KEY UPDATE revision = ?", [
      aggregateType,
      revision,
      revision,
    ]);
  }
};

const stateSql = ({ tables: [{ name }] }: Projection): string =>
  `SELECT ? AS aggregate_type, (SELECT revision FROM projections WHERE aggregate_type = ?) AS built_by, EXISTS (SELECT 1 FROM ${name}) AS has_rows`;

type StateRow = RowDataPacket & { aggregate_type: string; built_by: number | null; has_rows: number };

/**
 * Finds the projections that need a rebuild. A projection without rows needs none. Fails after 2 s if the server does
 * not answer.
 */
export const findOutdatedProjections = async (readModel: Pool, projections: Projections): Promise<readonly OutdatedProjection[]> => {
  const [rows] = await readModel.query<StateRow[]>({
    sql: projections.map(stateSql).join(" UNION ALL "),
    values: projections.flatMap(({ aggregateType }) => [aggregateType, aggregateType]),
    timeout: 2_000,
  });
  return projections.flatMap(({ aggregateType, revision }) => {
    const state = rows.find((row) => row.aggregate_type === aggregateType);
    if (state === undefined || state.has_rows === 0 || state.built_by === revision) return [];
    return [{ aggregate_type: aggregateType, built_by: state.built_by, revision }];
  });
};
