import { bytesToUuid, run, type Statement, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { ConcurrencyError } from "../streams/concurrencyError.ts";

/** A tenant that leaves is FROZEN, COPIED and then MOVED; a tenant that comes is ARRIVING until its history is complete. */
export type MoveState = "FROZEN" | "COPIED" | "MOVED" | "ARRIVING";

export type TenantMove = { readonly tenantId: string; readonly state: MoveState; readonly otherId: string };

/** The row that every append locks. It is no tenant's. */
const gate = "";

/**
 * A condition on which the append of the tenants depends: none of them is moving or has moved. From its evaluation to the end of the
 * transaction nobody can close a tenant. It reads two index entries of a table with a row for each tenant that ever moved. InnoDB locks
 * what a `DO` reads even without `FOR SHARE`, but MySQL does not promise that.
 */
export const tenantsAreOpen = (tenantIds: readonly string[]): Statement => ({
  sql: "(SELECT COUNT(*) FROM tenant_moves WHERE tenant_id IN (?) FOR SHARE) = 1",
  values: [[gate, ...tenantIds]],
});

/** Keeps everybody from closing a tenant until the connection's transaction ends. */
export const shareGate = async (connection: PoolConnection): Promise<void> =>
  void (await run(connection, "SELECT tenant_id FROM tenant_moves WHERE tenant_id = ? FOR SHARE", [gate]));

/** Some of the tenants of a transaction are moving or have moved. Nothing of the transaction was stored. */
export class TenantsMovingError extends ConcurrencyError {
  readonly moves: readonly TenantMove[];

  constructor(moves: readonly TenantMove[], options?: ErrorOptions) {
    super("a tenant of the transaction moves to another event store, or has moved", options);
    this.moves = moves;
  }
}

type MoveRow = RowDataPacket & { readonly tenant_id: string; readonly state: MoveState; readonly other_id: Buffer };

/** Resolves to those of the tenants that are moving or have moved. */
export type MovesOf = (tenantIds: readonly string[]) => Promise<readonly TenantMove[]>;

/** Reads which of the tenants are moving or have moved. */
export const readMoves = async (connection: PoolConnection, tenantIds: readonly string[]): Promise<readonly TenantMove[]> => {
  const named = tenantIds.filter((tenantId) => tenantId !== gate);
  if (named.length === 0) return [];
  const rows = await run<MoveRow[]>(connection, "SELECT tenant_id, state, other_id FROM tenant_moves WHERE tenant_id IN (?)", [named]);
  return rows.map(({ tenant_id: tenantId, state, other_id }) => ({ tenantId, state, otherId: bytesToUuid(other_id) }));
};

/** Waits for every open append, and keeps further ones waiting until the connection's transaction ends. */
export const lockGate = async (connection: PoolConnection): Promise<void> =>
  void (await run(connection, "SELECT tenant_id FROM tenant_moves WHERE tenant_id = ? FOR UPDATE", [gate]));

/** Closes a tenant. The connection's transaction must hold the gate. */
export const insertMove = async (connection: PoolConnection, { tenantId, state, otherId }: TenantMove): Promise<void> =>
  void (await run(connection, "INSERT INTO tenant_moves (tenant_id, state, other_id) VALUES (?, ?, ?)", [
    tenantId,
    state,
    uuidToBytes(otherId),
  ]));

/** Takes a move to its next state. Throws if it is not in the state before it any more, because the move was cancelled. */
export const advanceMove = async (
  connection: PoolConnection,
  { tenantId, state, otherId }: TenantMove,
  before: MoveState,
): Promise<void> => {
  const { affectedRows } = await run<ResultSetHeader>(
    connection,
    "UPDATE tenant_moves SET state = ? WHERE tenant_id = ? AND state = ? AND other_id = ?",
    [state, tenantId, before, uuidToBytes(otherId)],
  );
  if (affectedRows === 0) throw new Error(`the tenant is not ${before} any more: was its move cancelled?`);
};

/** From now on the event store accepts commands of the tenant. */
export const openTenant = async (connection: PoolConnection, tenantId: string): Promise<void> =>
  void (await run(connection, "DELETE FROM tenant_moves WHERE tenant_id = ?", [tenantId]));
