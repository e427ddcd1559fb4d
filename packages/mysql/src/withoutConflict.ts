import { isDuplicateKey, isLockConflict } from "./mysqlError.ts";

const maxAttempts = 5;

/**
 * Does the work again when somebody else had the same rows: a deadlock, a lock that
 * was waited for in vain, a row that is there by now. After the other's transaction
 * the answer is a different one, so this needs no delay. `work` gets the number of
 * the attempt, from 1 on.
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
