export { isDuplicateKey, isLockConflict, isUnavailable } from "./mysqlError.ts";
export { type MysqlPoolOptions, openMysqlPool } from "./openMysqlPool.ts";
export { pinSession, SessionNotPinnedError, type SessionVariables } from "./pinSession.ts";
export { type ReadRows, readRowsFrom, readRowsOn } from "./readRows.ts";
export { run } from "./run.ts";
export { maxStatementBytes, runTogether, type Statement, StatementTooLargeError, writeTogether } from "./runTogether.ts";
export { inSnapshot, inTransaction, withConnection } from "./transaction.ts";
export { bytesToUuid, uuidToBytes } from "./uuidBytes.ts";
export { withoutConflict } from "./withoutConflict.ts";
