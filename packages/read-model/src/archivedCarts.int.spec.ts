import type { DomainEvent } from "@cart/domain";
import { migrateReadModel } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { createApplyBatch } from "./applyBatch.ts";
import { openReadModelPool } from "./openReadModelPool.ts";
import { projections } from "./projections.ts";
import { added, cartId, created, messageOf, purchased, stream } from "./testing/cartMessages.ts";

const archived: DomainEvent = {
  type: "CartArchived",
  data: { tenant_id: "default", object_key: "cart/1", events: 3, milestones: [{ milestone: "created", day: "2025-11-20" }] },
};

describe("a cart whose last message says that it is archived", () => {
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let pool: Pool;
  before(() => (pool = openReadModelPool({ url: database.url(), connectionLimit: 4 })));
  after(() => pool.end());

  const countsOf = async (n: number): Promise<unknown> => {
    const where = "= UUID_TO_BIN(?)";
    const [[row]] = await database.pool().query<RowDataPacket[]>(
      `SELECT (SELECT COUNT(*) FROM carts WHERE id ${where}) AS carts, (SELECT COUNT(*) FROM cart_items WHERE cart_id ${where}) AS items,
         (SELECT COUNT(*) FROM cart_milestones WHERE cart_id ${where}) AS milestones,
         (SELECT COUNT(*) FROM archived_milestones WHERE cart_id ${where}) AS archived,
         (SELECT COUNT(*) FROM dead_letters WHERE aggregate_id ${where}) AS letters`,
      Array.from({ length: 5 }, () => cartId(n)),
    );
    return { ...row };
  };
  const gone = { carts: 0, items: 0, milestones: 0, archived: 1, letters: 0 };
  const life = [created, added("tea"), purchased(1_000)];

  it("leaves the read model but for its milestones, however its messages arrive", async () => {
    const apply = createApplyBatch(pool, projections);
    const last = (n: number) => messageOf(n, 4, archived);
    await apply(stream(1, ...life));
    await apply([last(1)]);
    await apply([...stream(2, ...life), last(2)]);
    await apply([last(3)]);
    // Its first message was lost, so the others wait as dead letters.
    await apply(stream(4, ...life).slice(1));
    await apply([...stream(4, ...life).slice(2), last(4)]);
    for (const n of [1, 2, 3, 4]) {
      expect(await countsOf(n), `cart ${n}`).to.deep.equal(gone);
      await apply([...stream(n, ...life), last(n)]);
      expect(await countsOf(n), `cart ${n} again`).to.deep.equal(gone);
    }
  });

  it("begins again with its first message, in the same batch too", async () => {
    const apply = createApplyBatch(pool, projections);
    await apply(stream(5, ...life));
    const { deadLetters, duplicates } = await apply([messageOf(5, 4, archived), ...stream(5, ...life)]);
    expect([deadLetters, duplicates]).to.deep.equal([[], 0]);
    expect(await countsOf(5)).to.deep.equal({ carts: 1, items: 1, milestones: 3, archived: 1, letters: 0 });
    await apply([messageOf(5, 4, added("pot"))]);
    expect(await countsOf(5)).to.include({ letters: 1 });
  });
});
