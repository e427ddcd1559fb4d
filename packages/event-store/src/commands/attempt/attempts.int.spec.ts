import { type Cart, cartAggregate, type CartCommand, type CartEvent, DomainError } from "@cart/domain";
import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { openEventStorePool } from "../../openEventStorePool.ts";
import { ConcurrencyError } from "../../streams/concurrencyError.ts";
import { type PendingCommand, pendingCommand } from "../settlement/pendingCommand.ts";
import { createAttempts } from "./attempts.ts";

const addItem: CartCommand = {
  type: "AddItem",
  userId: "user-1",
  defaults: { tenantId: "default", currency: "USD" },
  itemId: "item-1",
  quantity: 1,
  price: 29.99,
};

describe("attempts", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let pool: Pool;
  before(() => {
    pool = openEventStorePool({ url: database.url(), connectionLimit: 4 });
  });
  after(() => pool.end());

  /** One process with its own cache. Resolves to the versions in the commands' answers, or to the error of the attempt. */
  const newProcess = (own: Pool = pool, command: CartCommand = addItem, ready?: () => Promise<void>) => {
    const commitOnce = createAttempts<Cart, CartCommand, CartEvent>({
      pool: own,
      aggregate: ready === undefined ? cartAggregate : { ...cartAggregate, ready },
      recording: { now: () => new Date("2025-11-20T16:30:00Z"), newEventId: () => uuidv7() },
      cache: { maxStreams: 10, maxBytes: 1_000_000 },
      answerReplays: async (batch) => batch,
    });
    return async (aggregateIds: readonly string[], attempt: number): Promise<unknown> => {
      const answers: unknown[] = [];
      const batch = aggregateIds.map((aggregateId): PendingCommand<Cart, CartCommand, CartEvent> => {
        const metadata = { correlation_id: "correlation-1", causation_id: "causation-1" };
        return pendingCommand(
          { aggregateId, command, metadata },
          ({ version }) => answers.push(version),
          (error) => answers.push(error),
        );
      });
      try {
        await commitOnce(batch, attempt);
        return answers;
      } catch (error) {
        expect(answers).to.deep.equal([]);
        return error;
      }
    };
  };

  it("as new: append to an uncached stream, and read it only if it has events", async () => {
    const aggregateId = uuidv7();
    expect(await newProcess()([aggregateId], 1)).to.deep.equal([2]);
    expect(await newProcess()([aggregateId], 1)).to.deep.equal([3]);
  });

  it("as new: append a batch to uncached streams without reading them, in one transaction", async () => {
    let connections = 0;
    const count = (): void => void connections++;
    pool.on("acquire", count);
    expect(await newProcess()([uuidv7(), uuidv7(), uuidv7()], 1)).to.deep.equal([2, 2, 2]);
    pool.off("acquire", count);
    expect(connections).to.equal(1);
  });

  it("as new: decide a whole batch again if one of its uncached streams has events, or a cached state is stale", async () => {
    const [commit, commitElsewhere] = [newProcess(), newProcess()];
    const [stale, known, other] = [uuidv7(), uuidv7(), uuidv7()];
    await commit([stale], 1);
    await commitElsewhere([stale], 1);
    await commitElsewhere([known], 1);
    expect(await commit([other, known, known, stale], 1)).to.have.members([2, 3, 4, 4]);
  });

  it("as new: read the streams first once a process has met streams with events", async () => {
    const commit = newProcess();
    const existing = Array.from({ length: 5 }, () => uuidv7());
    await newProcess()(existing, 1);
    expect(await commit(existing, 1)).to.deep.equal([3, 3, 3, 3, 3]);
    let connections = 0;
    const count = (): void => void connections++;
    pool.on("acquire", count);
    expect(
      await commit(
        Array.from({ length: 8 }, () => uuidv7()),
        1,
      ),
    ).to.have.length(8);
    pool.off("acquire", count);
    expect(connections).to.equal(2);
  });

  it("on known states: fail without an answer if a state is stale, and load the newest states at the next attempt", async () => {
    const [commit, commitElsewhere] = [newProcess(), newProcess()];
    const [stale, other] = [uuidv7(), uuidv7()];
    await commit([stale, other], 1);
    await commitElsewhere([stale], 1);
    expect(await commit([stale, other], 1)).to.be.instanceOf(ConcurrencyError);
    expect(await commit([stale, other], 2)).to.deep.equal([4, 3]);
  });

  it("locked: succeed although other writers append to the same streams all the time", async () => {
    const [commit, commitElsewhere] = [newProcess(), newProcess()];
    const aggregateId = uuidv7();
    await commit([aggregateId], 1);
    for (let version = 3; version < 20; version += 2) {
      const answers = await Promise.all([commit([aggregateId], 3), commitElsewhere([aggregateId], 3)]);
      expect(answers.flat()).to.have.members([version, version + 1]);
    }
  });

  it("decide nothing before the aggregate is ready, and fail with what keeps it from being so", async () => {
    const away = new Error("the key store is away");
    const aggregateId = uuidv7();
    for (const attempt of [1, 3])
      expect(await newProcess(pool, addItem, () => Promise.reject(away))([aggregateId], attempt)).to.equal(away);
    expect(await newProcess(pool, addItem, () => Promise.resolve())([aggregateId], 1)).to.deep.equal([2]);
  });

  it("locked: need one connection, also to reject a command", async () => {
    const aggregateId = uuidv7();
    await newProcess()([aggregateId], 1);
    const one = openEventStorePool({ url: database.url(), connectionLimit: 1 });
    const [rejection] = [await newProcess(one, { type: "RemoveItem", lineId: "unknown" })([aggregateId], 3)].flat();
    expect(rejection).to.be.instanceOf(DomainError);
    await one.end();
  });
});
