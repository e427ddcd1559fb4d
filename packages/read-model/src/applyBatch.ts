import { type ConsumedMessage, defaultTopics, topicOf, type Topics, traceEvents } from "@cart/messaging";
import { runTogether, type Statement, withConnection, writeTogether, withoutConflict } from "@cart/mysql";
import { noTracer, type Tracer } from "@cart/process-kit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { storeDeadLetters } from "./deadLetters/storeDeadLetters.ts";
import { type IncomingMessage, readMessage } from "./projection/incomingMessage.ts";
import type { BatchResult } from "./projection/projectBatch.ts";
import type { PreparedBatch, Projections } from "./projection/projection.ts";
import { gate } from "./writerGate.ts";

export type ApplyBatch = (messages: readonly ConsumedMessage[]) => Promise<BatchResult>;

export type ApplyBatchOptions = { readonly tracer?: Tracer; readonly topics?: Topics };

/**
 * Projects a batch of messages into the read model in one transaction: the whole batch or
 * nothing. Each event takes effect once, however often its message is applied and by
 * however many projectors at once. If it rejects, apply the same messages again.
 *
 * A batch that contains only new aggregates is inserted without reading first. If one exists
 * already (redelivery), the insert hits a duplicate key and the batch is retried with a read.
 */
export const createApplyBatch = (
  pool: Pool,
  projections: Projections,
  { tracer = noTracer, topics = defaultTopics }: ApplyBatchOptions = {},
): ApplyBatch => {
  const sources = projections.map((projection) => ({ projection, topic: topicOf(projection.aggregateType, topics) }));

  const prepare = (incoming: readonly IncomingMessage[]): PreparedBatch[] =>
    sources.flatMap(({ projection, topic }) => {
      const own = incoming.filter(({ message }) => message.topic === topic);
      return own.length === 0 ? [] : [projection.prepare(own)];
    });

  const open = async (messages: readonly IncomingMessage[]): Promise<readonly IncomingMessage[]> => {
    let opened = messages;
    for (const { projection } of sources) opened = await projection.open(opened);
    return opened;
  };

  return async (messages) => {
    const incoming = await open(messages.map(readMessage));
    const prepared = prepare(incoming);

    /** Takes one round trip. Fails with a duplicate key if an aggregate exists already. */
    const insert = ({ result, writes }: ProjectedBatch): Promise<BatchResult> =>
      withConnection(pool, async (connection) => {
        await writeTogether(connection, [...begin, ...writes, commit]);
        return result;
      });

    /** Takes two round trips: one begins, locks and reads, the other writes and commits. */
    const readThenWrite = (): Promise<BatchResult> =>
      withConnection(pool, async (connection) => {
        const reads = prepared.flatMap((part) => part.reads);
        const rows = (await runTogether(connection, [...begin, ...reads])).slice(begin.length);
        const { result, writes } = project(prepared, rows);
        await writeTogether(connection, [...writes, ...storeDeadLetters(result.deadLetters), commit]);
        return result;
      });

    const apply = (): Promise<BatchResult> => {
      const asNew = areAllNew(incoming) ? project(prepared, noRows(prepared)) : undefined;
      // A message that cannot be projected may be a duplicate, which only the rows reveal.
      const inserted = asNew?.result.deadLetters.length === 0 ? asNew : undefined;
      return withoutConflict((attempt) => (attempt === 1 && inserted !== undefined ? insert(inserted) : readThenWrite()));
    };
    const events = incoming.filter((one) => one.kind === "EVENT");
    return traceEvents({ tracer, verb: "project", events, work: apply, failuresOf: buriedBy });
  };
};

/** Returns the events that became dead letters, so that their spans are marked as failed. */
const buriedBy = ({ deadLetters }: BatchResult): ReadonlyMap<ConsumedMessage, string> =>
  new Map(deadLetters.map(({ message, code, reason }) => [message, `${code}: ${reason}`]));

const begin: readonly Statement[] = [{ sql: "START TRANSACTION" }, gate];
const commit: Statement = { sql: "COMMIT" };

type ProjectedBatch = { readonly result: BatchResult; readonly writes: readonly Statement[] };

/** Projects all parts. `rows` are the results of the parts' `reads`, in their order. */
const project = (prepared: readonly PreparedBatch[], rows: readonly RowDataPacket[][]): ProjectedBatch => {
  let rest = rows;
  const parts = prepared.map((part) => {
    const projected = part.project(rest);
    rest = rest.slice(part.reads.length);
    return projected;
  });
  return { result: combined(parts.map(({ result }) => result)), writes: parts.flatMap(({ writes }) => writes) };
};

const noRows = (prepared: readonly PreparedBatch[]): RowDataPacket[][] => prepared.flatMap(({ reads }) => reads.map(() => []));

/**
 * Tells whether each aggregate's messages begin with its first event, so it has no row yet, barring redelivery. Parking is not
 * checked: a parked new aggregate is parked on this very first event, which is tried again.
 */
const areAllNew = (incoming: readonly IncomingMessage[]): boolean => {
  const begun = new Set<string>();
  return incoming.every((one) => {
    if (one.kind === "UNREADABLE") return false;
    const { aggregateType, aggregateId, version } = one.envelope;
    if (version === 1) begun.add(`${aggregateType}/${aggregateId}`);
    return begun.has(`${aggregateType}/${aggregateId}`);
  });
};

const combined = (results: readonly BatchResult[]): BatchResult => ({
  deadLetters: results.flatMap(({ deadLetters }) => deadLetters),
  duplicates: results.reduce((sum, { duplicates }) => sum + duplicates, 0),
  projected: results.flatMap(({ projected }) => projected),
});

/** Returns the topics that the read model is projected from. */
export const projectedTopics = (projections: Projections, topics: Topics): string[] =>
  projections.map(({ aggregateType }) => topicOf(aggregateType, topics)).filter((topic) => topic !== undefined);
