import { isDuplicateKey, isLockConflict } from "@cart/mysql";

const maxAttempts = 5;

/** Another consumer or worker had the same carts. After its transaction the answer is a different one, so this needs no delay. */
export const withoutConflict = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === maxAttempts || !(isDuplicateKey(error) || isLockConflict(error))) throw error;
    }
  }
};
