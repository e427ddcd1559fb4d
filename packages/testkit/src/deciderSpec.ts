import { expect } from "chai";

/**
 * The shape of the domain's `Decider`. It is repeated here because the domain's specs
 * use this package, so importing the domain would create a circular dependency.
 */
type Decider<State, Command, Event> = {
  readonly initialState: State;
  readonly decide: (command: Command, state: State, version: number) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
};

export type DeciderSpec<Command, Event> = {
  /** Starts from these past events. An empty list is an aggregate that does not exist yet. */
  readonly given: (events: readonly Event[]) => {
    readonly when: (command: Command) => {
      /** Expects exactly these events, in this order; an empty list if the command changes nothing. */
      readonly then: (expected: readonly Event[]) => void;
      /** Expects a `DomainError` with this code and, if given, this `field`. */
      readonly thenRejects: (code: string, field?: string) => void;
    };
  };
};

/** Specs of a decider: `given(events).when(command).then(events)` or `.thenRejects(code)`. */
export const deciderSpec = <State, Command, Event>(decider: Decider<State, Command, Event>): DeciderSpec<Command, Event> => ({
  given: (events) => {
    const state = events.reduce(decider.evolve, decider.initialState);
    return {
      when: (command) => ({
        then: (expected) => {
          const actual = decider.decide(command, state, events.length);
          expect(actual).to.deep.equal(expected);
          // Every decided event has to be replayable.
          actual.reduce(decider.evolve, state);
        },
        thenRejects: (code, field) => {
          const actual = rejectionOf(() => decider.decide(command, state, events.length));
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
    // Any other error is a defect, whose stack says more than a comparison.
    if (!(error instanceof Error) || error.name !== "DomainError" || !("code" in error)) throw error;
    return { rejected: { code: error.code, field: "field" in error ? error.field : undefined } };
  }
};
