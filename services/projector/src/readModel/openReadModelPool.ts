import { openMysqlPool } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

/**
 * Connections that write the read model. `wait_timeout` ends the transaction, and
 * frees the rows, of a projector that was paused or cut off in the middle of one.
 */
export const openReadModelPool = ({ url, connectionLimit }: { readonly url: string; readonly connectionLimit: number }): Pool =>
  openMysqlPool({ url, connectionLimit, session: { innodb_lock_wait_timeout: 5, wait_timeout: 30 }, multipleStatements: true });
