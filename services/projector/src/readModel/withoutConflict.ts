const maxAttempts = 5;

/** Another projector, or a command, had the same carts. After its transaction the answer is a different one, so this needs no delay. */
export const withoutConflict = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === maxAttempts || !isConflict(error)) throw error;
    }
  }
};

/** Duplicate key, lock wait timeout, deadlock. */
const conflictErrors: ReadonlySet<unknown> = new Set([1062, 1205, 1213]);

const isConflict = (error: unknown): boolean => error instanceof Error && "errno" in error && conflictErrors.has(error.errno);
