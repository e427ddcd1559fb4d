import type { OutboxRow } from "@cart/event-store";
import { expect } from "chai";
import { waitFor } from "@cart/testkit";
import { createPublishedMarks } from "./publishedMarks.ts";

const row = (id: number): OutboxRow => ({
  id,
  shard: 0,
  eventId: "00000000-0000-7000-8000-000000000000",
  aggregateType: "Cart",
  aggregateId: "550e8400-e29b-41d4-a716-446655440000",
  version: id,
  eventType: "CartCleared",
  schemaVersion: 1,
  data: "{}",
  metadata: "{}",
  createdAt: new Date(0),
  eventStoreId: "7d444840-9dc0-4f4f-8c8a-3b1c6f0b8a11",
  retryCount: 0,
});

/** Each statement is in flight until the spec ends it. */
const heldMarks = () => {
  const statements: { readonly ids: number[]; readonly succeed: () => void; readonly fail: (error: Error) => void }[] = [];
  const marks = createPublishedMarks({
    batchRows: 3,
    mark: (rows) => new Promise((succeed, fail) => statements.push({ ids: rows.map(({ id }) => id), succeed, fail })),
  });
  return { marks, statements, idsOf: () => statements.map(({ ids }) => ids) };
};

const isOpen = async (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => false), new Promise<boolean>((resolve) => setImmediate(() => resolve(true)))]);

describe("published marks", () => {
  it("share a statement if they come within 20 ms, and are made at once for a full batch", async () => {
    const { marks, idsOf } = heldMarks();
    marks.add([row(1)]);
    marks.add([row(2)]);
    marks.markDue();
    expect(idsOf()).to.deep.equal([]);
    await waitFor("the moment to pass", () => {
      marks.markDue();
      return Promise.resolve(idsOf().length > 0);
    });
    marks.add([row(3), row(4), row(5)]);
    marks.markDue();
    expect(idsOf()).to.deep.equal([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it("count as unmarked from the acknowledgement to the end of their statement", async () => {
    const { marks, statements } = heldMarks();
    marks.add([row(1)]);
    expect(marks.unmarked()).to.deep.equal([1]);
    const settled = marks.settle();
    marks.add([row(2)]);
    expect(marks.unmarked()).to.have.members([1, 2]);
    statements[0]?.succeed();
    await settled;
    expect(marks.unmarked()).to.deep.equal([2]);
  });

  it("make the relay wait while two statements are in flight", async () => {
    const { marks, statements } = heldMarks();
    for (const first of [1, 4]) {
      expect(await isOpen(marks.room())).to.equal(false);
      marks.add([row(first), row(first + 1), row(first + 2)]);
      marks.markDue();
    }
    const room = marks.room();
    expect(await isOpen(room)).to.equal(true);
    statements[1]?.succeed();
    await room;
  });

  it("are retried after an error, before further rows are published", async () => {
    const { marks, statements, idsOf } = heldMarks();
    const outcomeOf = (promise: Promise<void>) =>
      promise.then(
        () => "resolved",
        (error: unknown) => error,
      );
    marks.add([row(1)]);
    const first = outcomeOf(marks.settle());
    statements[0]?.fail(new Error("away"));
    expect(await first).to.have.property("message", "away");
    const second = outcomeOf(marks.room());
    statements[1]?.fail(new Error("still away"));
    expect(await second).to.have.property("message", "still away");
    const third = outcomeOf(marks.room());
    statements[2]?.succeed();
    expect(await third).to.equal("resolved");
    expect(idsOf()).to.deep.equal([[1], [1], [1]]);
    expect(marks.unmarked()).to.deep.equal([]);
  });
});
