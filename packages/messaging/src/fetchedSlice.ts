import type { EachBatchPayload } from "kafkajs";
import type { ConsumedMessage } from "./consumedMessage.ts";

/** What one fetch brought of one partition. */
export type FetchedSlice = {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ConsumedMessage[];
  /** May lie behind the last message: control records and compacted ones have offsets too. */
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
  /** The last offset that is done. */
  readonly done: string;
};

export type Chunk = { readonly messages: readonly ConsumedMessage[]; readonly progress: readonly Progress[] };

/** The slices as chunks of at most `maxMessages`, each partition's messages in order. A slice may be spread over several chunks. */
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
