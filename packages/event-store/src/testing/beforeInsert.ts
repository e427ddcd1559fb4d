import type { Pool } from "mysql2/promise";

/** Has the server run SQL for each row before it is inserted, with the row as `NEW`. Returns a function that ends it. */
export const beforeInsert = async (
  pool: Pick<Pool, "query">,
  table: "events" | "outbox",
  sql: string,
  values: readonly unknown[] = [],
): Promise<() => Promise<void>> => {
  await pool.query(`CREATE TRIGGER before_insert_${table} BEFORE INSERT ON ${table} FOR EACH ROW ${sql}`, [...values]);
  return async () => void (await pool.query(`DROP TRIGGER before_insert_${table}`));
};
