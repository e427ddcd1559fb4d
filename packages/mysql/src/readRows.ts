import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { pinnedOf } from "./pinnedConnections.ts";
import { receiveRows } from "./receiveRows.ts";
import { statementTimeoutMs } from "./run.ts";
import type { Statement } from "./runTogether.ts";
import { withConnection } from "./transaction.ts";

/**
 * Runs one statement and returns its rows in their order, up to the first row that `keepWhile` refuses. That row and all
 * later rows are dropped on arrival, so the memory is bounded by the kept rows, not by the rows that the server sends.
 */
export type ReadRows = <Row extends RowDataPacket>(statement: Statement, keepWhile?: (row: Row) => boolean) => Promise<Row[]>;

/** Reads on any connection of the pool, within `timeoutMs`. A connection whose statement failed is closed, not returned to the pool. */
export const readRowsFrom =
  (pool: Pool, timeoutMs: number = statementTimeoutMs): ReadRows =>
  (statement, keepWhile) =>
    withConnection(pool, (connection) => readRowsOn(connection, timeoutMs)(statement, keepWhile));

/** Reads in the connection's transaction, within `timeoutMs`. */
export const readRowsOn =
  (connection: PoolConnection, timeoutMs: number = statementTimeoutMs): ReadRows =>
  async <Row extends RowDataPacket>({ sql, values = [] }: Statement, keepWhile: (row: Row) => boolean = everyRow) => {
    const [rows = []] = await receiveRows<Row[][]>(pinnedOf(connection).core, { sql, values: [...values], timeout: timeoutMs }, keepWhile);
    return rows;
  };

const everyRow = (): boolean => true;
