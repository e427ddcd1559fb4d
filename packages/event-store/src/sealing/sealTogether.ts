import type { DomainEvent } from "@cart/domain";
import { isLockConflict, isSeveralRows, run, type Statement, withConnection, writeTogether } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { readMoves, shareGate } from "../tenants/tenantGate.ts";
import type { AppendToSeal, SealedAppend, SealedAppends, Vault } from "./vault.ts";

/** Stored rows are sealed with these. */
export type Sealer<Event extends DomainEvent> = {
  readonly pool: Pool;
  readonly seal: NonNullable<Vault<Event>["seal"]>;
  /** Statements that each transaction begins with. */
  readonly session: readonly Statement[];
};

/** A row that is stored in plain text. */
export type PlainRow<Event extends DomainEvent> = {
  readonly tenantId: string;
  readonly append: AppendToSeal<Event>;
  /** Returns the statement that replaces the row, if it is still plain. */
  readonly replace: (sealed: SealedAppend) => Statement;
};

export type SealedTogether = {
  readonly sealed: number;
  /** The tenants whose rows were left alone, because a move compares them with its copies. */
  readonly moving: readonly string[];
};

/** The conflicts are with single appends and erasures, so the next attempt mostly succeeds. */
const maxAttempts = 10;

/**
 * Seals rows in one transaction. A row of which another process made something else meanwhile stays as it is. If the process dies,
 * the rows are plain or sealed as a whole.
 */
export const sealTogether = async <Event extends DomainEvent>(
  sealer: Sealer<Event>,
  rows: readonly PlainRow<Event>[],
): Promise<SealedTogether> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sealOnce(sealer, rows);
    } catch (error) {
      if (attempt === maxAttempts || !(isLockConflict(error) || isSeveralRows(error))) throw error;
    }
  }
};

const sealOnce = async <Event extends DomainEvent>(
  { pool, seal, session }: Sealer<Event>,
  rows: readonly PlainRow<Event>[],
): Promise<SealedTogether> => {
  let appends: SealedAppends | undefined;
  try {
    const together = await withConnection(pool, async (connection) => {
      await writeTogether(connection, [...session, { sql: "START TRANSACTION" }]);
      // From here on no move begins before the end of the transaction.
      await shareGate(connection);
      const moves = await readMoves(connection, [...new Set(rows.map(({ tenantId }) => tenantId))]);
      const moving = moves.filter(({ state }) => state !== "MOVED").map(({ tenantId }) => tenantId);
      const staying = rows.filter(({ tenantId }) => !moving.includes(tenantId));
      if (staying.length > 0) {
        appends = await seal(staying.map(({ append }) => append));
        const sealed = appends.appends;
        const replacements = staying.flatMap(({ replace }, index) => (sealed[index] === undefined ? [] : [replace(sealed[index])]));
        await writeTogether(connection, [...appends.statements, ...replacements]);
      }
      await run(connection, "COMMIT");
      return { sealed: staying.length, moving };
    });
    appends?.committed();
    return together;
  } catch (error) {
    // The key of a shopper who was erased: the next attempt makes another one.
    if (isSeveralRows(error)) await appends?.conflicted();
    throw error;
  }
};
