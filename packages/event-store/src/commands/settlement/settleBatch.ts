import type { Aggregate, DomainEvent } from "@cart/domain";
import type { StoredAnswer } from "../../idempotency/storedAnswer.ts";
import type { Append } from "../../streams/appendStreams.ts";
import type { LoadedStream } from "../../streams/loadStreams.ts";
import { encodeSnapshot } from "../../streams/snapshots.ts";
import type { DecidedBatch } from "../decidedBatch.ts";
import type { PendingCommand } from "./pendingCommand.ts";

export type SettledBatch<State, Event extends DomainEvent> = {
  /** The transaction stores these appends and answers. Both lists are empty if no command changed anything or has a key. */
  readonly appends: readonly Append<Event>[];
  readonly answers: readonly StoredAnswer[];
  /** The streams after COMMIT, by aggregate id. */
  readonly streams: ReadonlyMap<string, LoadedStream<State>>;
  /** Answers every command of the batch. Call it after COMMIT. */
  readonly sendAll: () => void;
};

/** Determines what a decided batch stores and how each command is answered. Throws if `answer` of a command with a key throws. */
export const settleBatch = <State, Command, Event extends DomainEvent>(
  { type, snapshots, ownership }: Aggregate<State, Command, Event>,
  { outcomes, streams }: DecidedBatch<PendingCommand<State, Command, Event>, State, Event>,
): SettledBatch<State, Event> => {
  const settlements = outcomes.map(({ entry, decision }) =>
    decision.kind === "accepted" ? entry.settle(decision.result) : { send: () => entry.reject(decision.error) },
  );

  const appends: Append<Event>[] = [];
  const settled = new Map<string, LoadedStream<State>>();
  for (const [aggregateId, { before, stream, events, follows }] of streams) {
    // The state of a hidden stream was not read, so it must not be cached.
    if (stream.isHidden) continue;
    const snapshotIsDue = stream.version - stream.snapshotVersion >= snapshots.everyEvents;
    settled.set(aggregateId, snapshotIsDue ? { ...stream, snapshotVersion: stream.version } : stream);
    if (events.length === 0) continue;
    const snapshot = snapshotIsDue ? encodeSnapshot({ type, snapshots }, stream) : undefined;
    appends.push({ aggregateType: type, aggregateId, events, follows, owner: ownership?.ownerOf(before), snapshot });
  }

  return {
    appends,
    answers: settlements.flatMap(({ answer }) => (answer === undefined ? [] : [answer])),
    streams: settled,
    sendAll: () => {
      for (const { send } of settlements) send();
    },
  };
};
