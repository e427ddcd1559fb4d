/** Writes one line of progress. */
export type Report = (line: string) => void;

export const reportToStderr: Report = (line) => console.error(line);

const tickEveryMs = 5_000;

/** Runs a step and reports it with its time; during a long step it reports every 5 s. */
export const step = async <T>(
  report: Report,
  title: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => "",
): Promise<T> => {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const ticking = setInterval(() => report(`… ${title} (${seconds()})`), tickEveryMs);
  try {
    const result = await work();
    const description = describe(result);
    report(`✔ ${title}${description === "" ? "" : `: ${description}`} (${seconds()})`);
    return result;
  } finally {
    clearInterval(ticking);
  }
};
