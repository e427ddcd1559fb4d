import type { RowDataPacket } from "mysql2/promise";
import type { Statement } from "./runTogether.ts";

/**
 * The server that answered is read-only, so it is a replica or a former primary, and what it
 * shows may be outdated. Another connection may lead to the primary.
 */
export class NotPrimaryError extends Error {
  override readonly name = "NotPrimaryError";
  /** What a readiness probe may show of this error. */
  readonly shownReason: string;

  constructor() {
    const reason = "the MySQL server is read-only: it is not the primary, or no longer";
    super(reason);
    this.shownReason = reason;
  }
}

export type RoleRow = RowDataPacket & { readonly read_only: 0 | 1 };

/**
 * Asks the server whether it is read-only. A read that drives work has it in its round trip and passes the
 * rows to `requirePrimary`, so that a process does not work for ever by what a former primary shows.
 */
export const serverRole: Statement = { sql: "SELECT @@GLOBAL.read_only AS read_only" };

/** Whether the server with these rows of `serverRole` accepts writes. */
export const isPrimary = ([row]: readonly RoleRow[]): boolean => row?.read_only === 0;

/** Throws a `NotPrimaryError` unless the server with these rows of `serverRole` accepts writes. */
export const requirePrimary = (rows: readonly RoleRow[]): void => {
  if (!isPrimary(rows)) throw new NotPrimaryError();
};
