import { type MysqlPoolOptions, openMysqlPool } from "@cart/mysql";
import type { Pool } from "mysql2/promise";

/**
 * What appends go through: a transaction's statements share a round trip. All SQL here is
 * constant, and every value is written by the driver's escaping.
 */
export const openEventStorePool = ({ url, connectionLimit }: Pick<MysqlPoolOptions, "url" | "connectionLimit">): Pool =>
  openMysqlPool({ url, connectionLimit, multipleStatements: true });
