import { isDuplicateKey, isLockConflict } from "./mysqlError.ts";

const maxAttempts = 5;

/**
 * Retries `work` after a conflict with another transaction: a deadlock, a lock wait
 * timeout or a duplicate key. No delay is needed, because the other transaction has
 * ended, so the next attempt sees its rows. `work` gets the number of the attempt,
 * from 1 on.
 */
export const withoutConflict = async <T>(work: (attempt: number) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt === maxAttempts || !(isDuplicateKey(error) || isLockConflict(error))) throw error;
    }
  }
};
