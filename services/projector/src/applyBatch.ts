import { type ConsumedMessage, defaultTopics, topicOf, type Topics } from "@cart/messaging";
import { runTogether, withConnection, writeTogether, withoutConflict } from "@cart/mysql";
import { noTracer, type Tracer } from "@cart/service-kit";
import type { Pool } from "mysql2/promise";
import { storeDeadLetters } from "./deadLetters/storeDeadLetters.ts";
import { type IncomingMessage, readMessage } from "./projection/incomingMessage.ts";
import type { BatchResult } from "./projection/projectBatch.ts";
import type { PreparedBatch } from "./projection/projection.ts";
import { projections } from "./projections.ts";
import { gate } from "./readModel/writerGate.ts";
import { traceBatch } from "./traceBatch.ts";

export type ApplyBatch = (messages: readonly ConsumedMessage[]) => Promise<BatchResult>;

export type ApplyBatchOptions = { readonly tracer?: Tracer; readonly topics?: Topics };

/**
 * Brings a batch of messages into the read model in one transaction: all of it or
 * nothing. Each event has its effect once, however often its message is applied and
 * by however many projectors at once. When it rejects, apply the same messages again.
 */
export const createApplyBatch = (pool: Pool, { tracer = noTracer, topics = defaultTopics }: ApplyBatchOptions = {}): ApplyBatch => {
  const sources = projections.map((projection) => ({ projection, topic: topicOf(projection.aggregateType, topics) }));

  const prepare = (incoming: readonly IncomingMessage[]): PreparedBatch[] =>
    sources.flatMap(({ projection, topic }) => {
      const own = incoming.filter(({ message }) => message.topic === topic);
      return own.length === 0 ? [] : [projection.prepare(own)];
    });

  return async (messages) => {
    const incoming = messages.map(readMessage);
    const prepared = prepare(incoming);
    // Two round trips: to begin, lock and read, and to write and commit.
    const project = () =>
      withConnection(pool, async (connection) => {
        const begin = [{ sql: "START TRANSACTION" }, gate];
        let rows = (await runTogether(connection, [...begin, ...prepared.flatMap(({ reads }) => reads)])).slice(begin.length);
        const projected = prepared.map((part) => {
          const done = part.project(rows);
          rows = rows.slice(part.reads.length);
          return done;
        });
        const result = together(projected.map((part) => part.result));
        const writes = projected.flatMap((part) => part.writes);
        await writeTogether(connection, [...writes, ...storeDeadLetters(result.deadLetters), { sql: "COMMIT" }]);
        return result;
      });
    return traceBatch(tracer, incoming, () => withoutConflict(project));
  };
};

const together = (results: readonly BatchResult[]): BatchResult => ({
  deadLetters: results.flatMap(({ deadLetters }) => deadLetters),
  duplicates: results.reduce((sum, { duplicates }) => sum + duplicates, 0),
  projected: results.flatMap(({ projected }) => projected),
});

/** The topics that the read model is made of. */
export const projectedTopics = (topics: Topics): string[] =>
  projections.map(({ aggregateType }) => topicOf(aggregateType, topics)).filter((topic) => topic !== undefined);
