/**
 * The decider pattern (Jérémie Chassaing, "Functional Event Sourcing Decider"):
 * three pure values hold all business rules of one aggregate.
 *
 * - `decide` returns the events that the command causes, an empty list if the command
 *   changes nothing, or throws a `DomainError`. It never mutates `state`.
 * - `evolve` applies one event. It is total: it applies every event that `decide` ever
 *   returned without an error, and it never reads a clock.
 */
export type Decider<State, Command, Event> = {
  readonly initialState: State;
  /** `version` is the number of the aggregate's events, of which `state` is the result. */
  readonly decide: (command: Command, state: State, version: number) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
};
