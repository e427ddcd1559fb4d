import { run, withConnection } from "@cart/mysql";
import { type Logger, type Loop, startLoop } from "@cart/process-kit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { moveTimers } from "./moveTimers.ts";

export type TimerWorkerOptions = {
  /** Where the timers are. */
  readonly pool: Pool;
  /** Resolves to how many timers it took. */
  readonly workOff: () => Promise<number>;
  readonly now: () => Date;
  /** Most timers that are moved in one transaction. */
  readonly limit: number;
  /** Between two looks for work when there was none. Milliseconds. */
  readonly pollMs: number;
  readonly onMoved: (timers: number) => void;
  readonly logger: Logger;
};

/** `stop` finishes the batch that is under way: what it has claimed is done or given back. */
export type TimerWorker = Loop;

/** Works off what is due and moves what a policy has changed, batch after batch for as long as there is something to do. */
export const startTimerWorker = ({ pool, workOff, now, limit, pollMs, onMoved, logger }: TimerWorkerOptions): TimerWorker => {
  /** One statement while nothing is to be done. */
  const lookForWork = async (): Promise<Work> => {
    const time = now();
    const [work] = await withConnection(pool, (connection) =>
      run<(RowDataPacket & Work)[]>(
        connection,
        `SELECT EXISTS (SELECT 1 FROM timers WHERE due_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?)) AS due,
                EXISTS (SELECT 1 FROM policies WHERE moving) AS moving`,
        [time, time],
      ),
    );
    if (work === undefined) throw new Error("a SELECT without FROM returned no row");
    return work;
  };

  return startLoop({
    name: "the worker of timers",
    work: async () => {
      const { due, moving } = await lookForWork();
      const moved = moving === 0 ? 0 : await moveTimers(pool, limit);
      onMoved(moved);
      const taken = due === 0 ? 0 : await workOff();
      return moved + taken > 0 ? 0 : pollMs;
    },
    backoff: { base: 500, max: 10_000 },
    logger,
  });
};

type Work = { readonly due: number; readonly moving: number };
