import type { Aggregate, DomainEvent, EventMetadata, Owner, RecordedEvent } from "@cart/domain";
import type { LoadedStream } from "../../streams/loadStreams.ts";
import { StreamArchivedError, StreamHiddenError, VersionMismatchError } from "../commandErrors.ts";
import {
  type CommandRequest,
  type CommandResult,
  type ExpectedVersion,
  isExpectedVersion,
  streamIdsOf,
  type StreamResult,
} from "../commandRequest.ts";
import type { DecidedBatch, Decision } from "../decidedBatch.ts";

/** The sources of the ids and times of new events. */
export type Recording = {
  readonly now: () => Date;
  readonly newEventId: () => string;
  /** Throws if the tenant's commands are refused. */
  readonly requireOpen: (tenantId: string | undefined) => void;
};

/** A stream after the commands that were decided so far, with the events that they append. */
type OpenStream<State, Event extends DomainEvent> = {
  readonly before: State;
  stream: LoadedStream<State>;
  readonly events: RecordedEvent<Event>[];
  readonly follows: string | undefined;
};

/**
 * Decides the commands one after the other, each on the states that result from the
 * commands before it. A rejected command leaves no trace and does not stop the next.
 * `loaded` must have every stream of the commands.
 */
export const decideBatch = <
  State,
  Command,
  Event extends DomainEvent,
  Entry extends { readonly request: CommandRequest<State, Command, Event> },
>(
  aggregate: Aggregate<State, Command, Event>,
  loaded: ReadonlyMap<string, LoadedStream<State>>,
  batch: readonly Entry[],
  recording: Recording,
): DecidedBatch<Entry, State, Event> => {
  const streams = new Map(
    [...loaded].map(([id, stream]): [string, OpenStream<State, Event>] => [
      id,
      { before: stream.state, stream, events: [], follows: stream.lastEventId },
    ]),
  );
  const open = (aggregateId: string): OpenStream<State, Event> => {
    const found = streams.get(aggregateId);
    if (found === undefined) throw new Error(`stream ${aggregate.type}/${aggregateId} is not loaded`);
    return found;
  };
  const streamOf = (aggregateId: string): LoadedStream<State> => open(aggregateId).stream;

  const outcomes = batch.map((entry): { entry: Entry; decision: Decision<Event> } => {
    try {
      for (const id of streamIdsOf(entry.request)) {
        const { state, archived } = streamOf(id);
        const { senderTenantId } = entry.request;
        if (archived !== undefined && (senderTenantId ?? archived.tenantId) === archived.tenantId) throw new StreamArchivedError(archived);
        recording.requireOpen(aggregate.tenantOf(state));
      }
      const result = decideCommand(aggregate, streamOf, entry.request, recording);
      // Fold all results before keeping any of them, so that an event that cannot be folded leaves no trace.
      const folded = resultsOf(result).map((one) => ({ ...one, stream: fold(aggregate, streamOf(one.aggregateId), one) }));
      for (const { stream } of folded) recording.requireOpen(aggregate.tenantOf(stream.state));
      for (const { aggregateId, events, stream } of folded) {
        const kept = open(aggregateId);
        kept.stream = stream;
        kept.events.push(...events);
      }
      return { entry, decision: { kind: "accepted", result } };
    } catch (error) {
      return { entry, decision: { kind: "rejected", error } };
    }
  });
  return { outcomes, streams };
};

const decideCommand = <State, Command, Event extends DomainEvent>(
  aggregate: Aggregate<State, Command, Event>,
  streamOf: (aggregateId: string) => LoadedStream<State>,
  request: CommandRequest<State, Command, Event>,
  recording: Recording,
): CommandResult<Event> => {
  const { aggregateId, expectedVersion, permits, metadata } = request;
  const { decider } = aggregate;
  const { look, requireVisible } = senderView(aggregate, streamOf, permits);
  const record = (id: string, events: readonly Event[]): StreamResult<Event> =>
    recordEvents(aggregate, { id, version: streamOf(id).version }, events, metadata, recording);

  const { state, version } = look(aggregateId);
  requireVersion(expectedVersion, version);
  if ("command" in request) {
    const events = decider.decide(request.command, state, version);
    requireVisible();
    return record(aggregateId, events);
  }
  const { own, other } = request.decide({ state, version }, look(request.otherId));
  requireVisible();
  if ((own.length === 0) !== (other.length === 0))
    throw new Error("a command on two streams must change both or neither: return events for both or for none");
  return { ...record(aggregateId, own), other: record(request.otherId, other) };
};

/** Shows the streams as the sender of a command sees them: a hidden stream appears empty. */
const senderView = <State, Command, Event extends DomainEvent>(
  { type, decider: { initialState }, ownership }: Aggregate<State, Command, Event>,
  streamOf: (aggregateId: string) => LoadedStream<State>,
  permits: ((owner: Owner) => boolean) | undefined,
) => {
  if (permits !== undefined && ownership === undefined) throw new Error(`streams of the type ${type} have no owners`);
  const mayLook = ({ version, state, isHidden, archived }: LoadedStream<State>): boolean => {
    // Commands of the tenant itself have failed before.
    if (archived !== undefined) return false;
    if (version === 0 || permits === undefined) return true;
    const owner = ownership?.ownerOf(state);
    return isHidden !== true && owner !== undefined && permits(owner);
  };
  const hidden: string[] = [];
  return {
    look: (id: string): Pick<LoadedStream<State>, "state" | "version"> => {
      const stream = streamOf(id);
      if (mayLook(stream)) return stream;
      hidden.push(id);
      return { state: initialState, version: 0 };
    },
    /** Call it before events are recorded: a decision on an empty state must never be appended to a stream that has events. */
    requireVisible: (): void => {
      if (hidden[0] !== undefined) throw new StreamHiddenError(hidden[0]);
    },
  };
};

const requireVersion = (expected: ExpectedVersion | undefined, version: number): void => {
  if (expected !== undefined && !isExpectedVersion(expected, version)) throw new VersionMismatchError(expected, version);
};

/** Gives each event its id, its time and the next version of the stream, after `version`. */
const recordEvents = <State, Command, Event extends DomainEvent>(
  { type, codec }: Aggregate<State, Command, Event>,
  { id, version }: { readonly id: string; readonly version: number },
  events: readonly Event[],
  metadata: EventMetadata,
  { now, newEventId }: Recording,
): StreamResult<Event> => {
  const occurredAt = now();
  const recorded = events.map((event, index): RecordedEvent<Event> => ({
    eventId: newEventId(),
    aggregateType: type,
    aggregateId: id,
    version: version + index + 1,
    schemaVersion: codec.currentVersion(event.type),
    occurredAt,
    metadata,
    event,
  }));
  return { aggregateId: id, version: version + events.length, events: recorded };
};

const fold = <State, Command, Event extends DomainEvent>(
  { decider }: Aggregate<State, Command, Event>,
  stream: LoadedStream<State>,
  { events, version }: StreamResult<Event>,
): LoadedStream<State> => ({
  ...stream,
  version,
  lastEventId: events.at(-1)?.eventId ?? stream.lastEventId,
  state: events.reduce((before, { event }) => decider.evolve(before, event), stream.state),
});

const resultsOf = <Event extends DomainEvent>(result: CommandResult<Event>): readonly StreamResult<Event>[] =>
  result.other === undefined ? [result] : [result, result.other];
