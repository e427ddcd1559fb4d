import type { Aggregate, DomainEvent, EventMetadata, RecordedEvent } from "@cart/domain";
import type { LoadedStream } from "../streams/loadStreams.ts";
import { StreamHiddenError, VersionMismatchError } from "./commandErrors.ts";
import type { CommandRequest, CommandResult, StreamResult } from "./commandRequest.ts";

/** One command's outcome, decided but not yet stored. */
export type Decision<Event extends DomainEvent> =
  | { readonly kind: "accepted"; readonly result: CommandResult<Event> }
  | { readonly kind: "rejected"; readonly error: unknown };

export type DecidedStream<State, Event extends DomainEvent> = {
  /** After the commands. */
  readonly stream: LoadedStream<State>;
  /** Of all commands, in the order of their versions. */
  readonly events: readonly RecordedEvent<Event>[];
};

export type DecidedBatch<Entry, State, Event extends DomainEvent> = {
  /** One for each entry, in their order. */
  readonly outcomes: readonly { readonly entry: Entry; readonly decision: Decision<Event> }[];
  /** By aggregate id. */
  readonly streams: ReadonlyMap<string, DecidedStream<State, Event>>;
};

/**
 * Decides the commands one after the other, each on the states that the ones
 * before it leave. A rejected command leaves no trace and does not stop the next.
 * `loaded` has every stream that a command is on.
 */
export const decideBatch = <
  State,
  Command,
  Event extends DomainEvent,
  Entry extends { readonly request: CommandRequest<State, Command, Event> },
>(
  { type, decider, codec }: Aggregate<State, Command, Event>,
  loaded: ReadonlyMap<string, LoadedStream<State>>,
  batch: readonly Entry[],
  { now, newEventId }: { readonly now: () => Date; readonly newEventId: () => string },
): DecidedBatch<Entry, State, Event> => {
  const streams = new Map(
    [...loaded].map(([id, stream]): [string, { stream: LoadedStream<State>; readonly events: RecordedEvent<Event>[] }] => [
      id,
      { stream, events: [] },
    ]),
  );

  const decided = (aggregateId: string) => {
    const found = streams.get(aggregateId);
    if (found === undefined) throw new Error(`stream ${type}/${aggregateId} is not loaded`);
    return found;
  };

  const record = (aggregateId: string, events: readonly Event[], metadata: EventMetadata): StreamResult<Event> => {
    const { version } = decided(aggregateId).stream;
    const occurredAt = now();
    const recorded = events.map((event, index): RecordedEvent<Event> => ({
      eventId: newEventId(),
      aggregateType: type,
      aggregateId,
      version: version + index + 1,
      schemaVersion: codec.currentVersion(event.type),
      occurredAt,
      metadata,
      event,
    }));
    return { aggregateId, version: version + events.length, events: recorded };
  };

  const decide = (request: CommandRequest<State, Command, Event>): CommandResult<Event> => {
    const { aggregateId, expectedVersion, permits = everything, metadata } = request;
    const hidden: string[] = [];
    const seen = (id: string): Pick<LoadedStream<State>, "state" | "version"> => {
      const { stream } = decided(id);
      if (stream.version === 0 || permits(stream.state)) return stream;
      hidden.push(id);
      return { state: decider.initialState, version: 0 };
    };
    // Before anything is recorded: what was decided on the state of another stream must never be appended to this one.
    const requireSeen = (): void => {
      if (hidden[0] !== undefined) throw new StreamHiddenError(hidden[0]);
    };

    const { state, version } = seen(aggregateId);
    if (expectedVersion !== undefined && (expectedVersion === "any" ? version === 0 : version !== expectedVersion)) {
      throw new VersionMismatchError(expectedVersion, version);
    }
    if ("command" in request) {
      const events = decider.decide(request.command, state);
      requireSeen();
      return record(aggregateId, events, metadata);
    }

    const { own, other } = request.decide(state, seen(request.otherId).state);
    requireSeen();
    if ((own.length === 0) !== (other.length === 0)) throw new Error("a command on two streams has to change both or neither");
    return { ...record(aggregateId, own, metadata), other: record(request.otherId, other, metadata) };
  };

  const outcomes = batch.map((entry): { entry: Entry; decision: Decision<Event> } => {
    try {
      const result = decide(entry.request);
      // All are folded before any is kept, so that an event that cannot be folded leaves no trace.
      const folded = resultsOf(result).map(({ aggregateId, version, events }) => {
        const { stream } = decided(aggregateId);
        const state = events.reduce((before, { event }) => decider.evolve(before, event), stream.state);
        return { aggregateId, events, stream: { ...stream, version, state } };
      });
      for (const { aggregateId, events, stream } of folded) {
        const kept = decided(aggregateId);
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

const everything = (): boolean => true;

export const resultsOf = <Event extends DomainEvent>(result: CommandResult<Event>): readonly StreamResult<Event>[] =>
  result.other === undefined ? [result] : [result, result.other];

/** The streams that the command reads, the one that it is sent to first. */
export const streamIdsOf = <State, Command, Event extends DomainEvent>(request: CommandRequest<State, Command, Event>): readonly string[] =>
  "command" in request ? [request.aggregateId] : [request.aggregateId, request.otherId];
