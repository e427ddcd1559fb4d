import type { Aggregate, DomainEvent } from "@cart/domain";
import type { LoadedStream, LoadOptions } from "../../streams/loadStreams.ts";
import type { MaySee } from "../../streams/streamBeginnings.ts";
import { requireMemory } from "../../streams/streamsTooLargeError.ts";
import { type CommandRequest, streamIdsOf } from "../commandRequest.ts";
import type { DecidedBatch } from "../decidedBatch.ts";
import { decideBatch, type Recording } from "./decideBatch.ts";

/** The source of the states on which commands are decided. */
export type StateSource<State> = {
  /** The state of a stream, if it is known without reading. It may be stale. */
  readonly known: (aggregateId: string) => LoadedStream<State> | undefined;
  /** Reads the newest states of at least one stream. */
  readonly load: (aggregateIds: readonly string[], options: LoadOptions) => Promise<ReadonlyMap<string, LoadedStream<State>>>;
};

/**
 * Upper limit of the memory that the states of a batch take, in bytes. The events of merges are as large as states, and exist
 * several times while they are written.
 */
const maxBatchBytes = 8_388_608;

/**
 * Decides on known states where available, then repeats until every rejection and every command that
 * changes nothing rests on freshly loaded events. The append would detect a stale state, but it does not
 * check the streams of such commands. Throws `StreamsTooLargeError` if the states of several commands take too much memory together.
 */
export const decideOnNewest = async <
  State,
  Command,
  Event extends DomainEvent,
  Entry extends { readonly request: CommandRequest<State, Command, Event> },
>(
  aggregate: Aggregate<State, Command, Event>,
  batch: readonly Entry[],
  { known, load }: StateSource<State>,
  recording: Recording,
): Promise<DecidedBatch<Entry, State, Event>> => {
  const maxBytes = batch.length === 1 ? Infinity : maxBatchBytes;
  const maySee = visibleToSome(batch.map(({ request }) => request));
  const streams = new Map<string, LoadedStream<State>>();
  const fresh = new Set<string>();
  let missing = new Set<string>();
  for (const id of batch.flatMap(({ request }) => streamIdsOf(request))) {
    const stream = known(id);
    if (stream === undefined) missing.add(id);
    else streams.set(id, stream);
  }
  for (;;) {
    if (missing.size > 0) {
      for (const [id, stream] of await load([...missing], { maxBytes, maySee })) {
        streams.set(id, stream);
        fresh.add(id);
      }
    }
    requireMemory(aggregate, streams.values(), maxBytes);
    const decided = decideBatch(aggregate, streams, batch, recording);
    const unsure = decided.outcomes.filter(({ decision }) => decision.kind === "rejected" || decision.result.events.length === 0);
    missing = new Set(unsure.flatMap(({ entry }) => streamIdsOf(entry.request)).filter((id) => !fresh.has(id)));
    if (missing.size === 0) return decided;
  }
};

/** Returns which streams the sender of at least one of their commands may see; `undefined` if every sender may see all streams. */
const visibleToSome = <State, Command, Event extends DomainEvent>(
  requests: readonly CommandRequest<State, Command, Event>[],
): MaySee | undefined => {
  if (requests.every(({ permits }) => permits === undefined)) return undefined;
  return (aggregateId, owner) =>
    requests.some((request) => streamIdsOf(request).includes(aggregateId) && (request.permits === undefined || request.permits(owner)));
};
