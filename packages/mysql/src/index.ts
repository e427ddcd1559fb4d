export { isDuplicateKey, isLockConflict, isUnavailable } from "./mysqlError.ts";
export { type MysqlPoolOptions, openMysqlPool } from "./openMysqlPool.ts";
export { type ReadRows, readRowsFrom, readRowsOn } from "./readRows.ts";
export { createSchemaCheck, queryOf, type RequiredSchema } from "./requiredSchema.ts";
export { run } from "./run.ts";
export { runTogether, type Statement, writeTogether } from "./runTogether.ts";
export { inSnapshot, inTransaction, withConnection } from "./transaction.ts";
export { bytesToUuid, uuidToBytes } from "./uuidBytes.ts";
export { withoutConflict } from "./withoutConflict.ts";
