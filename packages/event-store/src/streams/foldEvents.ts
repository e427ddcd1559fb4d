import type { Decider, DomainEvent } from "@cart/domain";
import { notApplicable, type StreamId } from "./streamDamagedError.ts";
import type { StreamEvent } from "./streamEvents.ts";

/** Folds the events behind `before` into it. Throws `StreamDamagedError` for an event that does not fit the state before it. */
export const foldEvents = <State, Command, Event extends DomainEvent, Folded extends { readonly state: State; readonly version: number }>(
  stream: StreamId,
  { evolve }: Decider<State, Command, Event>,
  before: Folded,
  events: readonly StreamEvent<Event>[],
): Folded => {
  let { state, version } = before;
  for (const { event, version: next } of events) {
    if (next <= before.version) continue;
    try {
      state = evolve(state, event);
    } catch (error) {
      throw notApplicable(error, stream, next);
    }
    version = next;
  }
  return { ...before, state, version };
};
