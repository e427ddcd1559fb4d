/** The kinds of violations. Each is a column of the table that has to be zero. */
export const violations = {
  lost: "acknowledged and not stored, stored and not in Kafka, in Kafka and not in the view, or a gap in a stream",
  twice: "stored twice, or counted twice in a view",
  disordered: "in Kafka before an earlier event of its cart, or a view that went back",
  partial: "stored in part, or stored although the client was told that it was not",
  wrong: "a view that differs from the fold of its events in any other way, or something that the scenario did not expect",
} as const;

export type Violation = keyof typeof violations;

export type Findings = {
  readonly add: (violation: Violation, text: string) => void;
  readonly count: (violation: Violation) => number;
  readonly total: () => number;
  /** The first findings of each kind. */
  readonly examples: () => readonly string[];
};

const shownOfEach = 5;

export const createFindings = (): Findings => {
  const found: { readonly violation: Violation; readonly text: string }[] = [];
  const of = (violation: Violation) => found.filter((one) => one.violation === violation);
  return {
    add: (violation, text) => void found.push({ violation, text }),
    count: (violation) => of(violation).length,
    total: () => found.length,
    examples: () =>
      (Object.keys(violations) as Violation[])
        .flatMap((violation) => of(violation).slice(0, shownOfEach))
        .map(({ violation, text }) => `${violation}: ${text}`),
  };
};

export const joinFindings = (a: Findings, b: Findings): Findings => ({
  add: b.add,
  count: (violation) => a.count(violation) + b.count(violation),
  total: () => a.total() + b.total(),
  examples: () => [...a.examples(), ...b.examples()],
});
