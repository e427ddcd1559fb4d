/**
 * The decider pattern (Jérémie Chassaing, "Functional Event Sourcing Decider"):
 * all business rules of one aggregate as three pure values.
 *
 * - `decide` returns the events that the command causes, none when it changes
 *   nothing, or throws a `DomainError`. It never mutates `state`.
 * - `evolve` applies one event. It is total: every event that `decide` ever
 *   returned is applied without an error, and it never looks at a clock.
 */
export type Decider<State, Command, Event> = {
  readonly initialState: State;
  readonly decide: (command: Command, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
};
