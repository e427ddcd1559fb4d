import type { CartEvent, RecordedEvent } from "@cart/domain";
import { type StreamRange, StreamDamagedError } from "@cart/event-store";
import { expect } from "chai";
import { DatabaseUnavailableError } from "../database/readOnlyDatabase.ts";
import { createEventFeed, type ReadSlices } from "./eventFeed.ts";

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;

const cleared = (aggregateId: string, version: number): RecordedEvent<CartEvent> => ({
  eventId: aggregateId,
  aggregateType: "Cart",
  aggregateId,
  version,
  schemaVersion: 1,
  occurredAt: new Date(0),
  metadata: { correlation_id: "request-1", causation_id: "command-1" },
  event: { type: "CartCleared", data: {} },
});

/** Every cart has as many events as it is asked for, of which one statement reads at most `most`. Keeps each statement's ranges. */
const store = (most = Infinity) => {
  const statements: (readonly StreamRange[])[] = [];
  const readSlices: ReadSlices = async (ranges) => {
    statements.push(ranges);
    let room = most;
    return ranges.map(({ aggregateId, after, upTo = after }) => {
      const events = Array.from({ length: Math.min(room, upTo - after) }, (_, n) => cleared(aggregateId, after + n + 1));
      room -= events.length;
      return { events, isWhole: events.length === upTo - after, damage: undefined };
    });
  };
  return { readSlices, statements: () => statements.map(({ length }) => length) };
};

describe("the event feed", () => {
  it("reads what is asked for in one turn together, each range once, and gives each its own events", async () => {
    const { readSlices, statements } = store();
    const feed = createEventFeed(readSlices);
    const read = async (n: number, after: number, upTo: number): Promise<number[]> =>
      (await feed.read({ cartId: cartId(n), currency: "USD", after, upTo })).map(({ version }) => version);
    const ranges = [read(1, 3, 6), read(1, 3, 6), read(1, 5, 6), read(1, 3, 5), read(2, 0, 1), read(3, 0, 0)];
    expect(await Promise.all(ranges)).to.deep.equal([[4, 5, 6], [4, 5, 6], [6], [4, 5], [1], []]);
    expect(statements()).to.deep.equal([5]);
    await read(1, 3, 6);
    expect(statements()).to.deep.equal([5, 1]);
  });

  it("gives all who read a range in one turn the same bytes", async () => {
    const feed = createEventFeed(store().readSlices);
    const read = () => feed.read({ cartId: cartId(1), currency: "USD", after: 3, upTo: 5 });
    const [[, first], [, second]] = await Promise.all([read(), read()]);
    expect(first?.bytes.toString()).to.match(/^id: 5\nevent: cart\ndata: {.*}\n\n$/);
    expect(second?.bytes).to.equal(first?.bytes);
  });

  it("bounds a statement", async () => {
    const { readSlices, statements } = store();
    const feed = createEventFeed(readSlices);
    await Promise.all(Array.from({ length: 120 }, (_, n) => feed.read({ cartId: cartId(n), currency: "USD", after: 0, upTo: 1 })));
    expect(statements()).to.deep.equal([50, 50, 20]);
  });

  it("leaves nobody out when the events of some ranges fill a page", async () => {
    const { readSlices, statements } = store(3);
    const feed = createEventFeed(readSlices);
    const lengths = await Promise.all(
      [1, 2, 3].map(async (n) => (await feed.read({ cartId: cartId(n), currency: "USD", after: 0, upTo: 2 })).length),
    );
    expect(lengths).to.deep.equal([2, 1, 2]);
    expect(statements()).to.deep.equal([3, 1]);
  });

  it("tells everyone who asked that the database is away, and asks again the next time", async () => {
    let queries = 0;
    const feed = createEventFeed(async () => {
      queries += 1;
      throw new DatabaseUnavailableError("away");
    });
    const ask = () => feed.read({ cartId: cartId(1), currency: "USD", after: 0, upTo: 1 }).catch((error: unknown) => error);
    for (const answer of await Promise.all([ask(), ask()])) expect(answer).to.be.instanceOf(DatabaseUnavailableError);
    expect(queries).to.equal(1);
    await ask();
    expect(queries).to.equal(2);
  });

  it("tells those who follow a damaged cart, and serves the others", async () => {
    const damage = new StreamDamagedError("VERSION_GAP", { aggregateType: "Cart", aggregateId: cartId(1) }, 2, "it has version 2 after 0");
    const { readSlices } = store();
    const feed = createEventFeed(async (ranges) =>
      (await readSlices(ranges)).map((slice, index) =>
        ranges[index]?.aggregateId === cartId(1) ? { ...slice, events: [], damage } : slice,
      ),
    );
    const read = (n: number) => feed.read({ cartId: cartId(n), currency: "USD", after: 0, upTo: 1 }).catch((error: unknown) => error);
    const [damaged, sound] = await Promise.all([read(1), read(2)]);
    expect(damaged).to.equal(damage);
    expect(sound).to.have.length(1);
  });
});
