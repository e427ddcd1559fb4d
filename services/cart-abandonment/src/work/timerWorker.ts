import { run, withConnection } from "@cart/mysql";
import { type Logger, type Loop, startLoop } from "@cart/process-kit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { moveTimers } from "./moveTimers.ts";

export type TimerWorkerOptions = {
  /** The database of the timers. */
  readonly pool: Pool;
  /** Works off one batch. Resolves to the number of timers that it claimed. */
  readonly workOff: () => Promise<number>;
  readonly now: () => Date;
  /** The maximum number of timers that one transaction moves. */
  readonly limit: number;
  /** Milliseconds between two polls while there is no work. */
  readonly pollMs: number;
  readonly onMoved: (timers: number) => void;
  readonly logger: Logger;
};

/** `stop` resolves after the current batch, when each of its timers is done or released. */
export type TimerWorker = Loop;

/** Works off due timers and moves the timers of changed policies, batch after batch, and polls while there is nothing to do. */
export const startTimerWorker = ({ pool, workOff, now, limit, pollMs, onMoved, logger }: TimerWorkerOptions): TimerWorker => {
  /** Polls for work. While there is no work, this is the only statement. */
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
    backoff: { baseMs: 500, maxMs: 10_000 },
    logger,
  });
};

type Work = { readonly due: number; readonly moving: number };
