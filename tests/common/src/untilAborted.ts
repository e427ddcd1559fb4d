/**
 * Resolves or rejects as the work does, or resolves to `undefined` if the work has not ended `graceMs` milliseconds
 * after the signal's abortion. What becomes of the work then is ignored: it fails because its servers are stopped.
 */
export const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal, graceMs = 0): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const graceIsOver = new Promise<undefined>((resolve) => {
    onAbort = () => void (timer = setTimeout(() => resolve(undefined), graceMs));
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, graceIsOver]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
};
