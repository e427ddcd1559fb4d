import type { Pool } from "mysql2/promise";
import { openMysqlPool } from "../openMysqlPool.ts";
import { rewritingProxy } from "./rewritingProxy.ts";

export type LeavingPrimary = {
  readonly pool: Pool;
  /** From now on the server says that it is read-only. The pool has not noticed yet. */
  readonly leave: () => void;
  readonly close: () => Promise<void>;
};

/** Opens a pool whose server has just said that it is the primary. */
export const leavingPrimary = async (url: string): Promise<LeavingPrimary> => {
  const proxy = await rewritingProxy(url, { from: "-", to: "-" });
  const pool = openMysqlPool({ url: proxy.url, connectionLimit: 1 });
  await pool.query("SELECT 1");
  return {
    pool,
    leave: () => proxy.rewrite({ from: "@@GLOBAL.read_only", to: "1".padEnd(18) }),
    close: async () => {
      await pool.end();
      proxy.close();
    },
  };
};
