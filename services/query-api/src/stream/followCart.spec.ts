import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { CartEvent, RecordedEvent } from "@cart/domain";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { EventRange } from "./eventFeed.ts";
import { followCart, type FollowOptions } from "./followCart.ts";

const cleared = (version: number): RecordedEvent<CartEvent> => ({
  eventId: `event-${version}`,
  aggregateType: "Cart",
  aggregateId: "a",
  version,
  schemaVersion: 1,
  occurredAt: new Date(0),
  metadata: { correlation_id: "request-1", causation_id: "command-1" },
  event: { type: "CartCleared", data: {} },
});

/** A cart with 1,000 versions from which a client without patience reads. */
const follow = (to: PassThrough, changes: Partial<FollowOptions> = {}) => {
  const ranges: EventRange[] = [];
  const end = new AbortController();
  const done = followCart(to, {
    cartId: "a",
    currency: "USD",
    after: 0,
    watcher: { reached: async ({ version }) => (version > 1_000 ? undefined : 1_000) },
    feed: {
      read: async (range) => {
        ranges.push(range);
        return Array.from({ length: range.upTo - range.after }, (_, n) => cleared(range.after + n + 1));
      },
    },
    end,
    heartbeat: 10_000,
    writeTimeout: 10_000,
    ...changes,
  });
  return { ranges, end, done };
};

describe("followCart", () => {
  it("reads no further than its client takes", async () => {
    const to = new PassThrough({ highWaterMark: 1 });
    const { ranges, end, done } = follow(to);
    // The stream's own buffer on either side has what came first; from then on each read lets one page through.
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
      { cartId: "a", after: 0, upTo: 20 },
      { cartId: "a", after: 20, upTo: 40 },
    ]);
    end.abort();
    await done;
  });

  it("cuts off a client that takes nothing, and ends", async () => {
    const to = new PassThrough({ highWaterMark: 1 });
    const { end, done, ranges } = follow(to, { writeTimeout: 20 });
    const closed = once(to, "close");
    await done;
    await closed;
    expect(end.signal.aborted).to.equal(true);
    expect(ranges.length).to.be.at.most(1);
  });

  it("fails for an error that is not the database's", async () => {
    const to = new PassThrough();
    const { done } = follow(to, { feed: { read: () => Promise.reject(new Error("a defect")) } });
    expect(await done.catch((error: unknown) => error)).to.have.property("message", "a defect");
  });
});
