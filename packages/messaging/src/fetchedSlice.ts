import type { EachBatchPayload } from "kafkajs";
import type { ConsumedMessage } from "./consumedMessage.ts";

/** The messages of one partition in one fetch. */
export type FetchedSlice = {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ConsumedMessage[];
  /** The last offset of the slice. It may be above the last message's, because control and compacted records have offsets too. */
  readonly lastOffset: string;
};

export const toSlice = ({ batch }: EachBatchPayload): FetchedSlice => {
  const { topic, partition, messages } = batch;
  return {
    topic,
    partition,
    messages: messages.map(({ offset, key, value, headers }) => ({ topic, partition, offset, key, value, headers: headers ?? {} })),
    lastOffset: batch.lastOffset(),
  };
};

export type Progress = {
  readonly topic: string;
  readonly partition: number;
  /** The last handled offset. */
  readonly done: string;
};

export type Chunk = { readonly messages: readonly ConsumedMessage[]; readonly progress: readonly Progress[] };

/** Splits the slices into chunks of at most `maxMessages`, each partition's messages in order. A slice may span several chunks. */
export const chunksOf = (slices: readonly FetchedSlice[], maxMessages: number): Chunk[] => {
  const chunks: { messages: ConsumedMessage[]; progress: Progress[] }[] = [];
  for (const { topic, partition, messages, lastOffset } of slices) {
    for (let taken = 0; taken < messages.length;) {
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.messages.length >= maxMessages) chunks.push((chunk = { messages: [], progress: [] }));
      const part = messages.slice(taken, taken + maxMessages - chunk.messages.length);
      taken += part.length;
      chunk.messages.push(...part);
      chunk.progress.push({ topic, partition, done: taken === messages.length ? lastOffset : (part.at(-1)?.offset ?? lastOffset) });
    }
  }
  return chunks;
};
