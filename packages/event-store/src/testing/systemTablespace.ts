import type { Pool } from "mysql2/promise";

const tableFull = 1114;

/** Moves the events into the system tablespace, which a server's options can bound. */
export const moveToSystemTablespace = async (pool: Pick<Pool, "query">, database: string): Promise<void> => {
  await pool.query(`ALTER TABLE ${database}.events TABLESPACE = innodb_system`);
};

/**
 * Takes the room for rows in the system tablespace. Returns a function that gives it back. The rows fit into pages, because InnoDB
 * keeps some room free from them, with which it undoes an insert that failed. Values outside of pages would take that room too, and
 * then the server ends itself ("Out of tablespace during rollback").
 */
export const fillSystemTablespace = async (pool: Pick<Pool, "query">, database: string): Promise<() => Promise<void>> => {
  const name = `${database}.filler`;
  await pool.query(`CREATE TABLE ${name} (id INT AUTO_INCREMENT PRIMARY KEY, text VARBINARY(7000) NOT NULL) TABLESPACE = innodb_system`);
  const insert = ({ rows, bytes }: { readonly rows: number; readonly bytes: number }) =>
    pool.query(`INSERT INTO ${name} (text) VALUES ?`, [Array.from({ length: rows }, () => [Buffer.alloc(bytes)])]);
  // The last rows are small, so that they also take the room that is left for small rows.
  const steps = [
    { rows: 100, bytes: 7_000 },
    { rows: 1, bytes: 7_000 },
    { rows: 1, bytes: 1_000 },
    { rows: 1, bytes: 100 },
  ];
  for (const step of steps) while (await hasRoomFor(() => insert(step)));
  return async () => void (await pool.query(`DROP TABLE ${name}`));
};

const hasRoomFor = async (insert: () => Promise<unknown>): Promise<boolean> => {
  try {
    await insert();
    return true;
  } catch (error) {
    if (error instanceof Error && "errno" in error && error.errno === tableFull) return false;
    throw error;
  }
};
