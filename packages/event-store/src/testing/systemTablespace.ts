import type { Pool } from "mysql2/promise";

const tableFull = 1114;

/** Moves the events into the system tablespace, which a server's options can bound. */
export const moveToSystemTablespace = async (pool: Pick<Pool, "query">, database: string): Promise<void> => {
  await pool.query(`ALTER TABLE ${database}.events TABLESPACE = innodb_system`);
};

/** Takes all room in the system tablespace. Returns a function that gives it back. */
export const fillSystemTablespace = async (pool: Pick<Pool, "query">, database: string): Promise<() => Promise<void>> => {
  const name = `${database}.filler`;
  await pool.query(`CREATE TABLE ${name} (id INT AUTO_INCREMENT PRIMARY KEY, text LONGTEXT NOT NULL) TABLESPACE = innodb_system`);
  const insert = (bytes: number) => pool.query(`INSERT INTO ${name} (text) VALUES (REPEAT('x', ?))`, [bytes]);
  // The last rows are small, so that they also take the room that is left for small rows.
  for (const bytes of [1_000_000, 100_000, 10_000, 1_000, 100]) while (await hasRoomFor(() => insert(bytes)));
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
