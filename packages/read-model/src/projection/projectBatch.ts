import type { DomainEvent, EncodedEvent } from "@cart/domain";
import type { EventEnvelope } from "@cart/messaging";
import { uuidToBytes } from "@cart/mysql";
import type { DeadLetter } from "../deadLetters/deadLetter.ts";
import type { IncomingMessage } from "./incomingMessage.ts";
import type { Change, Ended, EventToProject, Projected } from "./projection.ts";
import { isUnprojectable, parkedError, ProjectionError } from "./projectionError.ts";

/** How aggregates of one type are folded. `project` throws for a version that is not the next one. */
export type Projector<State extends Projected, Event extends DomainEvent = DomainEvent> = {
  readonly aggregateType: string;
  readonly initialState: State;
  readonly project: (state: State, event: EventToProject) => State;
  /** Returns the event if it ends the aggregate. Throws an `EventError` for one that does and cannot be decoded. */
  readonly toEnding: (event: EncodedEvent) => Event | undefined;
};

/** The read model's state of the aggregates that a batch touches. */
export type BatchState<State extends Projected> = {
  /** States by aggregate id. An aggregate without an entry does not exist. */
  readonly states: ReadonlyMap<string, State>;
  /** The ids of the aggregates that have a dead letter. */
  readonly parked: ReadonlySet<string>;
};

export type BatchResult = {
  readonly deadLetters: readonly DeadLetter[];
  /** The number of messages whose version the aggregate had already. */
  readonly duplicates: number;
  /** The events that were projected. */
  readonly projected: readonly EventEnvelope[];
};

/**
 * Folds messages, in their order, into aggregates of one type. For each aggregate, a
 * version that it has already is skipped and a gap is never jumped. After a message that
 * cannot be projected, all later messages of the aggregate become dead letters too, in order.
 *
 * A message that ends its aggregate takes effect whatever is missing before it: the aggregate does not exist after it, nor do its
 * dead letters. If messages of it follow, they begin again with the first event. `changes` are those after the last end.
 */
export const projectBatch = <State extends Projected, Event extends DomainEvent>(
  { aggregateType, initialState, project, toEnding }: Projector<State, Event>,
  { states, parked: parkedBefore }: BatchState<State>,
  messages: readonly IncomingMessage[],
): BatchResult & { readonly changes: readonly Change<State>[]; readonly ended: readonly Ended<Event>[] } => {
  const current = new Map<string, State>();
  const parked = new Set(parkedBefore);
  let deadLetters: DeadLetter[] = [];
  const ended = new Map<string, Event>();
  const projected: EventEnvelope[] = [];
  let duplicates = 0;

  const bury = (deadLetter: Omit<DeadLetter, "aggregateType">): void => {
    deadLetters.push({ aggregateType, ...deadLetter });
    if (deadLetter.aggregateId !== undefined) parked.add(deadLetter.aggregateId);
  };

  for (const incoming of messages) {
    if (incoming.kind === "UNREADABLE") {
      bury(incoming.deadLetter);
      continue;
    }
    const { envelope, message } = incoming;
    const { aggregateId, version } = envelope;
    const isOfThisType = envelope.aggregateType === aggregateType;
    const state = current.get(aggregateId) ?? states.get(aggregateId) ?? initialState;
    // Duplicates are skipped first: a projected event is never judged again, not even by a program that no longer knows its type.
    if (isOfThisType && version <= state.version) {
      duplicates += 1;
      continue;
    }
    try {
      if (!isOfThisType) {
        throw new ProjectionError("UNKNOWN_AGGREGATE_TYPE", `the event is of a ${envelope.aggregateType}, expected ${aggregateType}`);
      }
      const ending = toEnding(envelope.event);
      if (ending !== undefined) {
        ended.set(aggregateId, ending);
        current.set(aggregateId, initialState);
        parked.delete(aggregateId);
        deadLetters = deadLetters.filter((letter) => letter.aggregateId !== aggregateId);
        projected.push(envelope);
        continue;
      }
      if (parked.has(aggregateId)) throw parkedError();
      current.set(aggregateId, project(state, envelope));
      projected.push(envelope);
    } catch (error) {
      if (!isUnprojectable(error)) throw error;
      // An event of another aggregate type says nothing about the aggregate of this type that happens to have the same id.
      bury({ message, code: error.code, reason: error.message, aggregateId: isOfThisType ? aggregateId : undefined, version });
    }
  }

  const changes = [...current].map(([id, after]) => ({
    id,
    before: ended.has(id) ? initialState : (states.get(id) ?? initialState),
    after,
  }));
  return {
    changes: changes.filter(({ after }) => after !== initialState),
    ended: [...ended].map(([id, event]) => ({ id: uuidToBytes(id), event })),
    deadLetters,
    duplicates,
    projected,
  };
};
