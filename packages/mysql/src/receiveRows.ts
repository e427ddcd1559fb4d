import type { Connection, QueryOptions, RowDataPacket } from "mysql2";

/** Whether to keep a row; `result` counts the results of several statements from 0. */
export type KeepWhile<Row> = (row: Row, result: number) => boolean;

/**
 * Runs the text of one or more statements, and resolves to the rows of each result up to the first row that `keepWhile`
 * refuses. That row and all later rows of its result are dropped on arrival. Rejects as soon as the connection is lost.
 */
export const receiveRows = <Results extends RowDataPacket[][]>(
  connection: Pick<Connection, "query" | "once" | "off">,
  options: QueryOptions,
  keepWhile: KeepWhile<Results[number][number]>,
): Promise<Results> =>
  new Promise((resolve, reject) => {
    const results: RowDataPacket[][] = [];
    const full = new Set<number>();
    const rowsOf = (result: number): RowDataPacket[] => (results[result] ??= []);
    let hasFailed = false;
    const fail = (error: Error): void => {
      hasFailed = true;
      connection.off("error", fail);
      reject(error);
    };
    // mysql2 tells a query without a callback nothing of a lost connection: only the connection has the error, and a query that is sent
    // afterwards does not even get a time-out.
    connection.once("error", fail);
    connection
      .query(options)
      .on("fields", () => void rowsOf(results.length))
      .on("result", (row: RowDataPacket, result: number | undefined) => {
        // The answer to a statement without rows, such as a CALL, has no number.
        if (result === undefined || full.has(result)) return;
        if (keepWhile(row, result)) rowsOf(result).push(row);
        else full.add(result);
      })
      .on("error", fail)
      .on("end", () => {
        if (hasFailed) return;
        connection.off("error", fail);
        resolve(results as Results);
      });
  });
