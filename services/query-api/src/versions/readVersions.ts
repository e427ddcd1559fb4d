import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

/** The versions of those of the aggregates that exist. */
export const readVersions = async (
  readModel: ReadOnlyDatabase,
  table: "carts" | "cart_abandoned_policies",
  ids: readonly string[],
): Promise<Map<string, number>> => {
  const rows = await readModel.query<RowDataPacket & { readonly id: Buffer; readonly version: number }>(
    `SELECT id, version FROM ${table} WHERE id IN (?)`,
    [ids.map(uuidToBytes)],
  );
  return new Map(rows.map(({ id, version }) => [bytesToUuid(id), version]));
};
