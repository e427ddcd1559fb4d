import { run, withConnection } from "@cart/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";
import type { ProjectedTable } from "../projection/projectedTable.ts";
import type { RebuildOptions } from "./rebuildOptions.ts";
import { type RebuildSession, withLockRetry } from "./rebuildSession.ts";
import { liveName, type NameOf, newName, tablesOf } from "./storeRows.ts";

const oldName: NameOf = ({ name }) => `replaced_${name}`;

/**
 * Swaps the tables in one statement. Returns for how many milliseconds readers had to wait.
 * The table locks are taken while the gate is closed; afterwards we check that the gate is
 * still ours. From then on the locks alone keep every writer out, so a session that has lost
 * its gate never swaps.
 */
export const swapTables = async (session: RebuildSession, { readModel, projections, signal }: RebuildOptions): Promise<number> => {
  const allTables = tablesOf(projections);
  const connection = await readModel.getConnection();
  try {
    await run(connection, "SET SESSION lock_wait_timeout = 1");
    const names = allTables.flatMap((table) => [liveName(table), newName(table)]);
    let askedAt = 0;
    await withLockRetry(signal, () => {
      askedAt = performance.now();
      return run(connection, `LOCK TABLES ${names.map((name) => `${name} WRITE`).join(", ")}`);
    });
    await session.assertHeld(connection);
    await assertSameDefinition(connection, allTables);
    const renamed = allTables.flatMap((table) => [`${liveName(table)} TO ${oldName(table)}`, `${newName(table)} TO ${liveName(table)}`]);
    await run(connection, `RENAME TABLE ${renamed.join(", ")}`);
    await run(connection, "UNLOCK TABLES");
    return performance.now() - askedAt;
  } finally {
    connection.destroy();
  }
};

/** Throws if a migration has changed a live table since the new tables were created, because the swap would undo it. */
const assertSameDefinition = async (connection: Parameters<typeof run>[0], allTables: readonly ProjectedTable[]): Promise<void> => {
  for (const table of allTables) {
    const [live, made] = await Promise.all(
      [liveName(table), newName(table)].map(async (name) => {
        const [row] = await run<RowDataPacket[]>(connection, `SHOW CREATE TABLE ${name}`);
        return String(row?.["Create Table"]).replace(`\`${name}\``, "");
      }),
    );
    if (live !== made) throw new Error(`the table ${table.name} was migrated during the rebuild: start it again`);
  }
};

/** Drops the new and the replaced tables of this rebuild, or of an earlier one that was killed. Throws if the session was lost. */
export const dropTables = async (
  { assertHeld }: Pick<RebuildSession, "assertHeld">,
  readModel: Pool,
  allTables: readonly ProjectedTable[],
): Promise<void> => {
  const names = allTables.flatMap((table) => [newName(table), oldName(table)]);
  await withConnection(readModel, async (connection) => {
    await assertHeld(connection);
    await run(connection, `DROP TABLE IF EXISTS ${names.join(", ")}`, [], 600_000);
  });
};
