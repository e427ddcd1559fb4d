import { type MysqlPoolOptions, openMysqlPool } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

/**
 * Opens connections that write the read model. If a projector is paused or cut off in the
 * middle of a transaction, `wait_timeout` ends the transaction and releases its locks.
 */
export const openReadModelPool = (options: Pick<MysqlPoolOptions, "url" | "connectionLimit" | "maxConnectionAgeMs">): Pool =>
  openMysqlPool({ ...options, session: { innodb_lock_wait_timeout: 5, wait_timeout: 30 }, multipleStatements: true });
