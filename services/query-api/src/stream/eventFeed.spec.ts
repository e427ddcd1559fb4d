import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import { DatabaseUnavailableError, type ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { createEventFeed } from "./eventFeed.ts";

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;

const row = (cart: string, version: number) => ({
  event_id: uuidToBytes(cart),
  aggregate_id: uuidToBytes(cart),
  version,
  event_type: "CartCleared",
  schema_version: 1,
  event_data: {},
  metadata: { correlation_id: "request-1" },
  created_at: new Date(0),
});

/** Answers every statement with the same rows and keeps how many values each had. */
const database = (rows: readonly object[]) => {
  const statements: number[] = [];
  const query = async (_sql: string, values: readonly unknown[] = []) => {
    statements.push(values.length / 4);
    return rows;
  };
  return { statements, eventStore: { query, close: async () => undefined } as unknown as ReadOnlyDatabase };
};

describe("the event feed", () => {
  it("reads what is asked for in one turn together, each range once, and gives each its own events", async () => {
    const { statements, eventStore } = database([row(cartId(1), 4), row(cartId(1), 5), row(cartId(1), 6), row(cartId(2), 1)]);
    const feed = createEventFeed(eventStore);
    const read = async (n: number, after: number, upTo: number): Promise<number[]> =>
      (await feed.read({ cartId: cartId(n), after, upTo })).map(({ version }) => version);
    const ranges = [read(1, 3, 6), read(1, 3, 6), read(1, 5, 6), read(1, 3, 5), read(2, 0, 1), read(3, 0, 1)];
    expect(await Promise.all(ranges)).to.deep.equal([[4, 5, 6], [4, 5, 6], [6], [4, 5], [1], []]);
    expect(statements).to.deep.equal([5]);
    await read(1, 3, 6);
    expect(statements).to.deep.equal([5, 1]);
  });

  it("bounds a statement", async () => {
    const { statements, eventStore } = database([]);
    const feed = createEventFeed(eventStore);
    await Promise.all(Array.from({ length: 120 }, (_, n) => feed.read({ cartId: cartId(n), after: 0, upTo: 1 })));
    expect(statements).to.deep.equal([50, 50, 20]);
  });

  it("tells everyone who asked that the database is away, and asks again the next time", async () => {
    let queries = 0;
    const query = async (): Promise<never> => {
      queries += 1;
      throw new DatabaseUnavailableError("away");
    };
    const feed = createEventFeed({ query, close: async () => undefined });
    const ask = () => feed.read({ cartId: cartId(1), after: 0, upTo: 1 }).catch((error: unknown) => error);
    for (const answer of await Promise.all([ask(), ask()])) expect(answer).to.be.instanceOf(DatabaseUnavailableError);
    expect(queries).to.equal(1);
    await ask();
    expect(queries).to.equal(2);
  });
});
