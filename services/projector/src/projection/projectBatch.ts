import type { EventEnvelope } from "@cart/messaging";
import type { DeadLetter } from "../deadLetters/deadLetter.ts";
import type { IncomingMessage } from "./incomingMessage.ts";
import type { Change, EventToProject, Projected } from "./projection.ts";
import { isUnprojectable, ProjectionError } from "./projectionError.ts";

/** How one kind of aggregate is folded. `project` refuses a version that is not the next one. */
export type Projector<State extends Projected> = {
  readonly aggregateType: string;
  readonly nothing: State;
  readonly project: (state: State, event: EventToProject) => State;
};

/** What the read model has of the aggregates that a batch touches. */
export type BatchState<State extends Projected> = {
  /** By id; one without an entry does not exist. */
  readonly states: ReadonlyMap<string, State>;
  /** The aggregates that have a dead letter. */
  readonly parked: ReadonlySet<string>;
};

export type BatchResult = {
  readonly deadLetters: readonly DeadLetter[];
  /** Messages whose version the aggregate had already. */
  readonly duplicates: number;
  /** The events that had their effect. */
  readonly projected: readonly EventEnvelope[];
};

/**
 * Folds messages, in their order, into aggregates of one kind. For each of them: a
 * version that it has is skipped, a gap is never jumped, and behind a message that
 * cannot be projected all later ones become dead letters too, in order.
 */
export const projectBatch = <State extends Projected>(
  { aggregateType, nothing, project }: Projector<State>,
  { states, parked: parkedBefore }: BatchState<State>,
  messages: readonly IncomingMessage[],
): BatchResult & { readonly changes: readonly Change<State>[] } => {
  const current = new Map<string, State>();
  const parked = new Set(parkedBefore);
  const deadLetters: DeadLetter[] = [];
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
    const isOfThisKind = envelope.aggregateType === aggregateType;
    const state = current.get(aggregateId) ?? states.get(aggregateId) ?? nothing;
    // Before all else: what has had its effect is never judged again, not even by a program that no longer knows its type.
    if (isOfThisKind && version <= state.version) {
      duplicates += 1;
      continue;
    }
    try {
      if (!isOfThisKind) {
        throw new ProjectionError("UNKNOWN_AGGREGATE_TYPE", `the event is of a ${envelope.aggregateType}, expected ${aggregateType}`);
      }
      if (parked.has(aggregateId)) throw new ProjectionError("PARKED", "an earlier message of the same aggregate is a dead letter");
      current.set(aggregateId, project(state, envelope));
      projected.push(envelope);
    } catch (error) {
      if (!isUnprojectable(error)) throw error;
      // An event of another kind of aggregate says nothing about the one that happens to have its id.
      bury({ message, code: error.code, reason: error.message, aggregateId: isOfThisKind ? aggregateId : undefined, version });
    }
  }

  const changes = [...current].map(([id, after]) => ({ id, before: states.get(id) ?? nothing, after }));
  return { changes, deadLetters, duplicates, projected };
};
