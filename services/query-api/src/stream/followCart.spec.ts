import { once } from "node:events";
import { PassThrough } from "node:stream";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { VersionWatcher } from "../versions/versionWatcher.ts";
import type { EventRange } from "./eventFeed.ts";
import { followCart, type FollowOptions } from "./followCart.ts";
import type { StreamMessage } from "./streamMessage.ts";

const message = (version: number, size = 10): StreamMessage => ({
  version,
  isLast: false,
  bytes: Buffer.alloc(size, "x"),
  currency: "USD",
});

/** A cart with 1,000 versions from which a client without patience reads. */
const follow = (to: PassThrough, changes: Partial<FollowOptions> = {}, size = 10) => {
  const ranges: EventRange[] = [];
  const end = new AbortController();
  const done = followCart(to, {
    cartId: "a",
    currency: "USD",
    maySee: (userId) => userId === "ann",
    after: 0,
    start: 0,
    watcher: { reached: async ({ version }) => (version > 1_000 ? undefined : 1_000) },
    feed: {
      read: async (range) => {
        ranges.push(range);
        return Array.from({ length: range.upTo - range.after }, (_, n) => message(range.after + n + 1, size));
      },
    },
    end,
    heartbeatMs: 10_000,
    writeTimeoutMs: 10_000,
    ...changes,
  });
  return { ranges, end, done };
};

describe("followCart", () => {
  it("ends before an event that gives the cart to another user, also if the client named a later version", async () => {
    const claimed = (newOwner: string): Partial<FollowOptions> => ({
      feed: { read: async ({ after }) => [message(after + 1), { ...message(after + 2), newOwner }, message(after + 3)] },
    });
    const to = new PassThrough();
    await follow(to, claimed("bob")).done;
    expect(String(to.read())).to.equal("retry: 1000\nid: 0\n\nxxxxxxxxxx");
    const late = new PassThrough();
    await follow(late, { ...claimed("bob"), after: 500 }).done;
    expect(String(late.read())).to.equal("retry: 1000\nid: 500\n\n");
    const own = new PassThrough();
    const { end, done, ranges } = follow(own, claimed("ann"));
    await waitFor("further pages", () => ranges.length > 2 || own.readableLength > 100);
    end.abort();
    await done;
  });

  it("reads no further than its client takes", async () => {
    const to = new PassThrough({ highWaterMark: 1 });
    const { ranges, end, done } = follow(to);
    // The stream's own buffer on either side has what came first; from then on each read lets one message through.
    let taken = 0;
    for (const before of [1, 2, 3]) {
      to.once("data", () => undefined);
      to.pause();
      await waitFor("a part", () => {
        taken += to.read() === null ? 0 : 1;
        return ranges.length >= before;
      });
      expect(ranges.length).to.be.at.most(taken + 1);
    }
    expect(ranges.slice(0, 2)).to.deep.equal([
      { cartId: "a", currency: "USD", after: 0, upTo: 20 },
      { cartId: "a", currency: "USD", after: 1, upTo: 21 },
    ]);
    end.abort();
    await done;
  });

  const sizes: readonly [size: number, upTo: number][] = [
    [1_000, 40],
    [10_000, 26],
    [100_000, 21],
  ];
  for (const [size, upTo] of sizes) {
    it(`reads up to version ${upTo} after 20 messages of ${size} bytes`, async () => {
      const to = new PassThrough({ highWaterMark: 2 ** 30 });
      const reached: VersionWatcher["reached"] = ({ version, signal }) =>
        version > 40 ? once(signal, "abort").then(() => undefined) : Promise.resolve(40);
      const { ranges, end, done } = follow(to, { watcher: { reached } }, size);
      await waitFor("two pages", () => ranges.length >= 2);
      end.abort();
      await done;
      expect(ranges[1]).to.deep.include({ after: 20, upTo });
    });
  }

  it("cuts off a client that takes nothing, and ends", async () => {
    const to = new PassThrough({ highWaterMark: 1 });
    const { end, done, ranges } = follow(to, { writeTimeoutMs: 20 });
    const closed = once(to, "close");
    await done;
    await closed;
    expect(end.signal.aborted).to.equal(true);
    expect(ranges.length).to.be.at.most(1);
  });

  it("ends after the last event of a cart", async () => {
    const to = new PassThrough({ highWaterMark: 2 ** 30 });
    const read = async () => [message(1), { ...message(2), isLast: true }];
    const { end, done } = follow(to, { feed: { read } });
    await done;
    expect(end.signal.aborted).to.equal(true);
    expect(String(to.read())).to.match(/x{20}$/);
  });

  it("fails for an error that is not the database's", async () => {
    const to = new PassThrough();
    const { done } = follow(to, { feed: { read: () => Promise.reject(new Error("a defect")) } });
    expect(await done.catch((error: unknown) => error)).to.have.property("message", "a defect");
  });
});
