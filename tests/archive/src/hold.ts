import { waitUntil } from "@cart/tools/own-servers";
import type { Pool, RowDataPacket } from "mysql2/promise";

/** A place in the work of the job at which the server holds it: before a row is written. */
export type Place = {
  readonly event: "INSERT" | "UPDATE" | "DELETE";
  readonly table: "events" | "archived_streams";
  readonly when: string;
};

export type Hold = {
  /** Resolves when the job waits at the place. */
  readonly reached: () => Promise<void>;
  /** Lets the server go on, with what a killed job has left to it, until nothing of the job is left. */
  readonly release: () => Promise<void>;
};

const lock = "archive-suite";

/** Has the server hold whoever comes to the place. */
export const holdAt = async (pool: Pool, { event, table, when }: Place): Promise<Hold> => {
  const holder = await pool.getConnection();
  await holder.query("SELECT GET_LOCK(?, 10)", [lock]);
  const wait = `DO IF(GET_LOCK('${lock}', 60), RELEASE_LOCK('${lock}'), 0)`;
  await pool.query(`CREATE TRIGGER hold_job BEFORE ${event} ON ${table} FOR EACH ROW IF ${when} THEN ${wait}; END IF`);
  const held = async (): Promise<number> => {
    const [rows] = await pool.query<RowDataPacket[]>("SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'");
    return rows.length;
  };
  return {
    reached: () =>
      waitUntil("the job to come to the place", 30, async () => {
        if ((await held()) === 0) throw new Error("it has not come there");
      }),
    release: async () => {
      await holder.query("SELECT RELEASE_LOCK(?)", [lock]);
      holder.release();
      await waitUntil("the server to end what the job began", 30, async () => {
        if ((await held()) > 0) throw new Error("it has not ended");
      });
      // Waits for the transactions that use the table.
      await pool.query("DROP TRIGGER hold_job");
    },
  };
};
