import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { Projections } from "./projection/projection.ts";

export type AggregateName = { readonly aggregateType: string; readonly aggregateId: string };

const keyOf = ({ aggregateType, aggregateId }: AggregateName): string => `${aggregateType}/${aggregateId}`;

/** Returns how to find the tenant of each aggregate: `undefined` for an aggregate that the read model does not have. */
export const findTenants = async (
  readModel: Pool,
  projections: Projections,
  aggregates: readonly AggregateName[],
): Promise<(aggregate: AggregateName) => string | undefined> => {
  const tenants = new Map<string, string>();
  for (const { aggregateType, tables } of projections) {
    const ids = aggregates.filter((one) => one.aggregateType === aggregateType).map(({ aggregateId }) => uuidToBytes(aggregateId));
    if (ids.length === 0) continue;
    const [{ name, aggregateColumn }] = tables;
    const [rows] = await readModel.query<(RowDataPacket & { id: Buffer; tenant_id: string })[]>({
      sql: `SELECT ${aggregateColumn} AS id, tenant_id FROM ${name} WHERE ${aggregateColumn} IN (?)`,
      values: [ids],
      timeout: 5_000,
    });
    for (const row of rows) tenants.set(keyOf({ aggregateType, aggregateId: bytesToUuid(row.id) }), row.tenant_id);
  }
  return (aggregate) => tenants.get(keyOf(aggregate));
};
