import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { run, statementTimeoutMs } from "./run.ts";
import type { Statement } from "./runTogether.ts";

/**
 * Runs one statement and returns its rows in their order, up to the first row that `keepWhile` refuses. That row and all
 * later rows are dropped on arrival, so the memory is bounded by the kept rows, not by the rows that the server sends.
 */
export type ReadRows = <Row extends RowDataPacket>(statement: Statement, keepWhile?: (row: Row) => boolean) => Promise<Row[]>;

/** Reads on any connection of the pool, within `timeoutMs`. A connection whose statement failed is closed, not returned to the pool. */
export const readRowsFrom =
  (pool: Pool, timeoutMs: number = statementTimeoutMs): ReadRows =>
  <Row extends RowDataPacket>({ sql, values = [] }: Statement, keepWhile: (row: Row) => boolean = everyRow) =>
    new Promise<Row[]>((resolve, reject) => {
      pool.pool.getConnection((unavailable, connection) => {
        if (unavailable !== null) {
          reject(unavailable);
          return;
        }
        const rows: Row[] = [];
        let isFull = false;
        let hasFailed = false;
        connection
          .query({ sql, values: [...values], timeout: timeoutMs })
          .on("result", (row: Row) => {
            isFull ||= !keepWhile(row);
            if (!isFull) rows.push(row);
          })
          .on("error", (error: Error) => {
            hasFailed = true;
            connection.destroy();
            reject(error);
          })
          .on("end", () => {
            if (hasFailed) return;
            connection.release();
            resolve(rows);
          });
      });
    });

/** Reads in the connection's transaction. All rows are in memory before `keepWhile` is called, so the statement needs a `LIMIT`. */
export const readRowsOn =
  (connection: PoolConnection): ReadRows =>
  async <Row extends RowDataPacket>({ sql, values }: Statement, keepWhile: (row: Row) => boolean = everyRow) => {
    const rows = await run<Row[]>(connection, sql, values);
    const refused = rows.findIndex((row) => !keepWhile(row));
    return refused < 0 ? rows : rows.slice(0, refused);
  };

const everyRow = (): boolean => true;
