import type { Pool } from "mysql2/promise";
import { generationOf } from "./pinnedConnections.ts";
import { run } from "./run.ts";
import { NotPrimaryError, requirePrimary, type RoleRow, serverRole } from "./serverRole.ts";
import { withConnection } from "./transaction.ts";

/**
 * Resolves to what `read` has read on the pool, once the server has said afterwards that it still is the primary. A pool lends connections
 * to a former primary for up to a second, so this is for reads whose result replaces what another database has. Rejects with a
 * `NotPrimaryError` if the server is not the primary any more, or if the pool has left it meanwhile.
 */
export const fromPrimary = async <T>(pool: Pool, read: () => Promise<T>): Promise<T> => {
  const before = generationOf(pool.pool);
  const found = await read();
  await withConnection(pool, async (connection) => requirePrimary(await run<RoleRow[]>(connection, serverRole.sql)));
  if (generationOf(pool.pool) !== before) throw new NotPrimaryError();
  return found;
};
