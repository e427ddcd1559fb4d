import { type ReadRows, readRowsFrom, uuidToBytes } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { isSealedSql } from "../sealing/isSealedSql.ts";

/** Ids of events that one statement reads. */
const idsAtOnce = 20_000;

/** The newest ids are read again by each check, because an append that is still open may have one of them. */
const recentIds = 20_000;

/** Above this number of tenants with plain events they are not told apart: then each plain event counts for every tenant. */
const maxTenants = 10_000;

type PlainRow = RowDataPacket & { readonly id: number; readonly tenant_id: string | null };

/** The tenant is in the first event of a stream, which says it in plain text whether it is sealed or not. */
const tenantOfStream = `(SELECT JSON_UNQUOTE(f.event_data->'$.tenant_id') FROM events f
  WHERE f.aggregate_id = e.aggregate_id AND f.aggregate_type = e.aggregate_type AND f.version = 1)`;

/** Returns the first plain event of each tenant among the ids. */
const firstPlainOf = (read: ReadRows, aggregateType: string, { after, through }: IdRange): Promise<readonly PlainRow[]> =>
  read<PlainRow>({
    sql: `SELECT MIN(id) AS id, tenant_id FROM (
        SELECT e.id, ${tenantOfStream} AS tenant_id FROM events e FORCE INDEX (PRIMARY)
        WHERE e.id > ? AND e.id <= ? AND e.aggregate_type = ? AND NOT ${isSealedSql("e.event_data")}) plain
      GROUP BY tenant_id`,
    values: [after, through, aggregateType],
  });

type IdRange = { readonly after: number; readonly through: number };

/** The tenants whose plain events count together: one, those of streams that do not tell it, or all of them. */
type Scope = string | typeof untold | typeof everyTenant;
const untold = Symbol("streams that do not tell their tenant");
const everyTenant = Symbol("every tenant");

const isIn = (scope: Scope, { tenant_id: tenantId }: PlainRow): boolean =>
  scope === everyTenant || (tenantId === null ? scope === untold : scope === tenantId);

/**
 * Returns a function that tells whether an event of a tenant is stored in plain text, among the aggregates of a type. A plain event of
 * another tenant does not count: it may be one that nobody can seal, or its tenant may be moving. The first call reads all events, in
 * small ranges. Later calls read those that were appended since, and of the others those from the tenant's first plain event on.
 */
export const plainEventCheck = (pool: Pool, aggregateType: string): ((tenantId: string, signal: AbortSignal) => Promise<boolean>) => {
  const read = readRowsFrom(pool);
  let checkedThrough = 0;
  /** The id of the first plain event of each scope that had one when it was last looked at. */
  const firstPlain = new Map<Scope, number>();

  const lastId = async (): Promise<number> => {
    const [row] = await read<RowDataPacket & { readonly last: number | null }>({ sql: "SELECT MAX(id) AS last FROM events" });
    return row?.last ?? 0;
  };

  const learn = ({ id, tenant_id: tenantId }: PlainRow): void => {
    const own = tenantId ?? untold;
    const scope = firstPlain.has(own) || firstPlain.size < maxTenants ? own : everyTenant;
    firstPlain.set(scope, Math.min(id, firstPlain.get(scope) ?? id));
  };

  const readNew = async (last: number, signal: AbortSignal): Promise<void> => {
    for (let after = checkedThrough; after < last; after += idsAtOnce) {
      signal.throwIfAborted();
      const through = Math.min(after + idsAtOnce, last);
      for (const row of await firstPlainOf(read, aggregateType, { after, through })) learn(row);
      checkedThrough = Math.max(checkedThrough, Math.min(through, last - recentIds));
    }
  };

  /** Looks whether the plain events of a scope were sealed, from the first one on. */
  const hasStill = async (scope: Scope, last: number, signal: AbortSignal): Promise<boolean> => {
    const first = firstPlain.get(scope);
    if (first === undefined) return false;
    for (let after = first - 1; after < last; after += idsAtOnce) {
      signal.throwIfAborted();
      const found = await firstPlainOf(read, aggregateType, { after, through: Math.min(after + idsAtOnce, last) });
      const ids = found.flatMap((row) => (isIn(scope, row) ? [row.id] : []));
      if (ids.length > 0) {
        firstPlain.set(scope, Math.min(...ids));
        return true;
      }
    }
    firstPlain.delete(scope);
    return false;
  };

  return async (tenantId, signal) => {
    const last = await lastId();
    await readNew(last, signal);
    const scopes: readonly Scope[] = [tenantId, untold, everyTenant];
    for (const scope of scopes) if (await hasStill(scope, last, signal)) return true;
    return false;
  };
};

/** Whether the aggregate has an event that is stored in plain text. */
export const hasPlainEvents = async (read: ReadRows, aggregateType: string, aggregateId: string): Promise<boolean> => {
  const rows = await read({
    sql: `SELECT 1 FROM events WHERE aggregate_type = ? AND aggregate_id = ? AND NOT ${isSealedSql("event_data")} LIMIT 1`,
    values: [aggregateType, uuidToBytes(aggregateId)],
  });
  return rows.length > 0;
};
