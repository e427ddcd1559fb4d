import { expect } from "chai";

/**
 * The shape of the domain's `Decider`. Said again here because the domain's own
 * specs use this package: an import of the domain would close a circle.
 */
type Decider<State, Command, Event> = {
  readonly initialState: State;
  readonly decide: (command: Command, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
};

export type DeciderSpec<Command, Event> = {
  /** Starts from what happened before; an empty list is an aggregate that does not exist yet. */
  readonly given: (events: readonly Event[]) => {
    readonly when: (command: Command) => {
      /** Exactly these events, in this order; an empty list when the command changes nothing. */
      readonly then: (expected: readonly Event[]) => void;
      /** A `DomainError` with this code, and `field` when one is named. */
      readonly thenRejects: (code: string, field?: string) => void;
    };
  };
};

/** Specs of a decider in its own words: `given(events).when(command).then(events)` or `.thenRejects(code)`. */
export const deciderSpec = <State, Command, Event>(decider: Decider<State, Command, Event>): DeciderSpec<Command, Event> => ({
  given: (events) => {
    const state = events.reduce(decider.evolve, decider.initialState);
    return {
      when: (command) => ({
        then: (expected) => {
          const actual = decider.decide(command, state);
          expect(actual).to.deep.equal(expected);
          // Every event that was decided has to be one that can be replayed.
          actual.reduce(decider.evolve, state);
        },
        thenRejects: (code, field) => {
          const actual = rejectionOf(() => decider.decide(command, state));
          expect(actual).to.deep.equal({ rejected: { code, field: field ?? actual.rejected?.field } });
        },
      }),
    };
  },
});

type Rejection = { readonly rejected?: { readonly code: unknown; readonly field: unknown }; readonly decided?: unknown };

const rejectionOf = (decide: () => unknown): Rejection => {
  try {
    return { decided: decide() };
  } catch (error) {
    // Anything else is a defect: its stack says more than a comparison.
    if (!(error instanceof Error) || error.name !== "DomainError" || !("code" in error)) throw error;
    return { rejected: { code: error.code, field: "field" in error ? error.field : undefined } };
  }
};
