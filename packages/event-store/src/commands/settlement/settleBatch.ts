import type { Aggregate, DomainEvent } from "@cart/domain";
import type { Append, Appends } from "../../streams/appendStreams.ts";
import type { LoadedStream } from "../../streams/loadStreams.ts";
import { encodeSnapshot } from "../../streams/snapshots.ts";
import { streamIdsOf } from "../commandRequest.ts";
import { type DecidedBatch, tenantsOf } from "../decidedBatch.ts";
import type { PendingCommand } from "./pendingCommand.ts";

/** The lists of appends and answers are empty if no command changed anything or has a key. */
export type SettledBatch<State, Event extends DomainEvent> = Appends<Event> & {
  /** The streams after COMMIT, by aggregate id. */
  readonly streams: ReadonlyMap<string, LoadedStream<State>>;
  /** Answers every command of the batch. Call it after COMMIT. */
  readonly sendAll: () => void;
};

/** Determines what a decided batch stores and how each command is answered. Throws if `answer` of a command with a key throws. */
export const settleBatch = <State, Command, Event extends DomainEvent>(
  { type, snapshots, ownership, tenantOf }: Aggregate<State, Command, Event>,
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

  const stored = outcomes.flatMap(({ entry, decision }) => (decision.kind === "accepted" ? streamIdsOf(entry.request) : []));
  return {
    appends,
    tenantIds: tenantsOf(tenantOf, streams, stored),
    answers: settlements.flatMap(({ answer }) => (answer === undefined ? [] : [answer])),
    streams: settled,
    sendAll: () => {
      for (const { send } of settlements) send();
    },
  };
};
