import { bytesToUuid, type ReadRows, type Statement, uuidToBytes } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";

export type ParkedRow = RowDataPacket & { readonly aggregate_id: Buffer };

/**
 * Selects the aggregates that have a dead letter. Run it after the aggregates are locked, so that no other
 * projector can park one in between.
 */
export const selectParked = (aggregateType: string, ids: readonly (Buffer | null)[]): Statement => ({
  sql: "SELECT DISTINCT aggregate_id FROM dead_letters WHERE aggregate_type = ? AND aggregate_id IN (?)",
  values: [aggregateType, ids],
});

export const toParked = (rows: readonly ParkedRow[]): Set<string> => new Set(rows.map(({ aggregate_id }) => bytesToUuid(aggregate_id)));

/** Returns those of the aggregates (at least one) that have a dead letter. */
export const findParked = async (read: ReadRows, aggregateType: string, ids: readonly string[]): Promise<ReadonlySet<string>> =>
  toParked(await read<ParkedRow>(selectParked(aggregateType, ids.map(uuidToBytes))));
