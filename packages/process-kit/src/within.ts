/** The work took longer than its caller waits. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Settles like the promise, or rejects with a `TimeoutError` after `ms` milliseconds. The work behind the promise is not cancelled. */
export const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
