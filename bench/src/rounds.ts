import { percentile } from "./measurement.ts";

/** What one round measured of both. */
export type Round<Subject, Control = Subject> = { readonly subject: Subject; readonly control: Control };

/**
 * Measures a subject and its control by turns, because the load of the machine changes within minutes. Every other round begins with the
 * control, because what is measured second finds warmer caches and a larger database.
 */
export const byTurns = async <Subject, Control>(
  rounds: number,
  subject: () => Promise<Subject>,
  control: () => Promise<Control>,
): Promise<readonly Round<Subject, Control>[]> => {
  const measured: Round<Subject, Control>[] = [];
  for (let n = 0; n < rounds; n++) {
    if (n % 2 === 0) {
      const first = await subject();
      measured.push({ subject: first, control: await control() });
    } else {
      const first = await control();
      measured.push({ subject: await subject(), control: first });
    }
  }
  return measured;
};

export const median = (values: readonly number[]): number => percentile(values, 50);

/** The medians of a number of both over all rounds, and the median of the rounds' ratios. */
export const compare = <T>(
  rounds: readonly Round<T>[],
  of: (measured: T) => number,
): { readonly subject: number; readonly control: number; readonly times: number } => ({
  subject: median(rounds.map(({ subject }) => of(subject))),
  control: median(rounds.map(({ control }) => of(control))),
  times: median(rounds.map(({ subject, control }) => of(subject) / of(control))),
});
