/** Where progress is written: one line each. */
export type Report = (line: string) => void;

export const reportToStderr: Report = (line) => console.error(line);

const tickEvery = 5_000;

/** Does a step and reports it with its time; says that it goes on when it takes long. */
export const step = async <T>(
  report: Report,
  title: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => "",
): Promise<T> => {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const ticking = setInterval(() => report(`… ${title} (${seconds()})`), tickEvery);
  try {
    const result = await work();
    const description = describe(result);
    report(`✔ ${title}${description === "" ? "" : `: ${description}`} (${seconds()})`);
    return result;
  } finally {
    clearInterval(ticking);
  }
};
