export { deleteByKeys } from "./deleteByKeys.ts";
export { followEventStore, readFollowedEventStores } from "./followedEventStore.ts";
export { fromPrimary } from "./fromPrimary.ts";
export { groupByBytes, insertBytes } from "./groupByBytes.ts";
export {
  isDuplicateKey,
  isGroupRefusal,
  isLockConflict,
  isReadOnly,
  isSeveralRows,
  isUnavailable,
  unavailableReason,
} from "./mysqlError.ts";
export { type MysqlPoolOptions, openMysqlPool } from "./openMysqlPool.ts";
export { pinSession, requirePinnedSessions } from "./pinSession.ts";
export { type ReadRows, readRowsFrom, readRowsOn } from "./readRows.ts";
export { createSchemaCheck, queryOf, type RequiredSchema } from "./requiredSchema.ts";
export { nextMaxRows, rowPage, type RowLimits, type RowPage } from "./rowPage.ts";
export { type ColumnValue, rowStatements } from "./rowStatements.ts";
export { run } from "./run.ts";
export { readTogether, runTogether, type Statement, StatementTooLargeError, writeTogether } from "./runTogether.ts";
export { NotPrimaryError, type RoleRow, requirePrimary, serverRole } from "./serverRole.ts";
export { inSnapshot, inTransaction, withConnection } from "./transaction.ts";
export { bytesToUuid, uuidToBytes } from "./uuidBytes.ts";
export { withoutConflict } from "./withoutConflict.ts";
