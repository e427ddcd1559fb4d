import { type MysqlPoolOptions, openMysqlPool } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

/**
 * Opens the pool for appends, in which a transaction's statements share a round trip. That is safe
 * because all SQL of this package is constant, and the driver escapes every value.
 */
export const openEventStorePool = (options: Pick<MysqlPoolOptions, "url" | "connectionLimit" | "maxConnectionAgeMs">): Pool =>
  openMysqlPool({ ...options, multipleStatements: true });
