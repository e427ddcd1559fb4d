import { type MysqlPoolOptions, openMysqlPool } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

/**
 * Opens connections that write timers. If a process is paused or cut off in the middle of
 * a transaction, `wait_timeout` ends the transaction and releases its locks.
 */
export const openTimerPool = (options: Pick<MysqlPoolOptions, "url" | "connectionLimit" | "maxConnectionAgeMs">): Pool =>
  openMysqlPool({ ...options, multipleStatements: true, session: { innodb_lock_wait_timeout: 5, wait_timeout: 30 } });
