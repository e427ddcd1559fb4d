/** What the shoppers of a demo have done so far. */
export type Tally = {
  shoppers: number;
  carts: number;
  changes: number;
  claims: number;
  merges: number;
  orders: number;
  left: number;
  abandoned: number;
  returned: number;
  /** Commands and queries that the system refused. None should be. */
  failures: string[];
};

export const newTally = (): Tally => ({
  shoppers: 0,
  carts: 0,
  changes: 0,
  claims: 0,
  merges: 0,
  orders: 0,
  left: 0,
  abandoned: 0,
  returned: 0,
  failures: [],
});

/** The line of progress. */
export const progressLine = (seconds: number, length: number, tally: Tally): string =>
  `${Math.min(Math.floor(seconds), length)}/${length} s: ${tally.shoppers} shoppers, ${tally.carts} carts, ${tally.changes} changes, ` +
  `${tally.claims + tally.merges} logins, ${tally.orders} orders, ${tally.abandoned} abandoned, ${tally.returned} came back` +
  (tally.failures.length === 0 ? "" : `, ${tally.failures.length} refused`);

export type Funnel = {
  readonly created: number;
  readonly with_items: number;
  readonly submitted: number;
  readonly purchased: number;
  readonly abandoned: number;
  readonly recovered: number;
};

/** Seconds until a cart that is left counts as abandoned: the policy's shortest limit, one minute. */
export const abandonedAfterSeconds = 60;

/** The summary. The funnel is what the read model has counted, and is missing if it could not be read. */
export const summaryLines = (tally: Tally, funnel: Funnel | undefined): readonly string[] => [
  `${tally.shoppers} shoppers filled ${tally.carts} carts and made ${tally.changes} changes.`,
  `${tally.claims} guests logged in and kept their cart, and ${tally.merges} merged it into one that they had.`,
  `${tally.orders} carts became orders; ${tally.left} were left, ${tally.abandoned} of them counted as abandoned, and ${tally.returned} customers came back.`,
  ...(tally.left > 0 && tally.abandoned === 0
    ? [`A cart counts as abandoned ${abandonedAfterSeconds} s after its last change, so the first ones follow soon.`]
    : []),
  ...(funnel === undefined
    ? []
    : [
        `The funnel: ${funnel.created} created, ${funnel.with_items} with items, ${funnel.submitted} at checkout, ${funnel.purchased} ordered, ` +
          `${funnel.abandoned} abandoned, ${funnel.recovered} recovered.`,
      ]),
  ...[...new Set(tally.failures)].slice(0, 5).map((failure) => `Refused: ${failure}`),
];
