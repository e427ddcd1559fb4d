import { expect } from "chai";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { chunksOf } from "./fetchedSlice.ts";

const slice = (partition: number, offsets: readonly number[], lastOffset = offsets.at(-1) ?? 0) => ({
  topic: "t",
  partition,
  lastOffset: String(lastOffset),
  messages: offsets.map((offset): ConsumedMessage => ({
    topic: "t",
    partition,
    offset: String(offset),
    key: null,
    value: null,
    headers: {},
  })),
});

const shape = (chunks: ReturnType<typeof chunksOf>) =>
  chunks.map(({ messages, progress }) => ({
    messages: messages.map(({ partition, offset }) => `${partition}:${offset}`),
    done: progress.map(({ partition, done }) => `${partition}:${done}`),
  }));

describe("chunksOf", () => {
  it("puts the slices of several partitions into one chunk", () => {
    expect(shape(chunksOf([slice(0, [5, 6]), slice(1, [9])], 10))).to.deep.equal([
      { messages: ["0:5", "0:6", "1:9"], done: ["0:6", "1:9"] },
    ]);
  });

  it("splits a long slice into chunks, each of which commits only its own messages", () => {
    expect(shape(chunksOf([slice(0, [1, 2, 3, 4, 5]), slice(1, [7])], 2))).to.deep.equal([
      { messages: ["0:1", "0:2"], done: ["0:2"] },
      { messages: ["0:3", "0:4"], done: ["0:4"] },
      { messages: ["0:5", "1:7"], done: ["0:5", "1:7"] },
    ]);
  });

  it("commits past offsets without a message after the last message", () => {
    expect(shape(chunksOf([slice(0, [1, 2], 4)], 10))).to.deep.equal([{ messages: ["0:1", "0:2"], done: ["0:4"] }]);
    expect(shape(chunksOf([slice(0, [1, 2, 3], 4)], 2)).map(({ done }) => done)).to.deep.equal([["0:2"], ["0:4"]]);
  });
});
