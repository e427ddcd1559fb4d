/**
 * Calls `stop` at the first SIGINT, SIGTERM or SIGHUP, or when the parent process has
 * ended, and `hurry` at a later signal. A terminal's Ctrl-C reaches the whole process
 * group, and npm passes it on as well, so a signal within a second of the first counts
 * as the same request.
 */
export const onStopRequest = (stop: () => void, hurry: () => void): void => {
  let first: number | undefined;
  const request = (): void => {
    if (first === undefined) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > 1_000) hurry();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, request);
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watching);
    request();
  }, 500);
  watching.unref();
};
