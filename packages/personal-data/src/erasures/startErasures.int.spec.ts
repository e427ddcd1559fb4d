import { randomBytes } from "node:crypto";
import { migrateKeyStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createLogger, type Loop } from "@cart/process-kit";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { destroyKeys, openLookupKey, rewrapKeys } from "../keyStore.ts";
import { createKeyRing } from "../keyRing.ts";
import { localMasterKeys } from "../masterKeys.ts";
import { shopperHash } from "../shopper.ts";
import type { ErasurePlace, ErasureReceipt } from "./erasure.ts";
import { createErasureJournal, type ErasureJournal } from "./erasureJournal.ts";
import { type ClearPlace, startErasures } from "./startErasures.ts";

const ann = { tenantId: "shop", userId: "ann@example.org", requestedBy: "officer", withinMs: 3_600_000 };
const bob = { ...ann, userId: "bob" };
const newKey = (): string => randomBytes(32).toString("base64");

describe("erasures", () => {
  const database = useMysqlDatabase({ migrate: migrateKeyStore });
  const first = `one:${newKey()}`;
  const masterKeys = localMasterKeys(first);
  const logger = createLogger({ service: "spec", level: "silent" });
  let pool: Pool;
  let journal: ErasureJournal;
  const running: Loop[] = [];
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 8 });
    journal = createErasureJournal(pool, masterKeys);
  });
  after(() => pool.end());
  afterEach("stop the loops and empty the journal", async () => {
    await Promise.all(running.splice(0).map((loop) => loop.stop()));
    for (const table of ["erasures", "erasure_steps", "erasure_streams", "claimed_streams"])
      await database.pool().query(`DELETE FROM ${table}`);
  });

  type Place = (erasureId: string, pass: string) => Promise<string | undefined>;
  const cleared: string[] = [];
  /** A process that clears these places, and records what it clears. */
  const start = (places: readonly ErasurePlace[], clear: Place = async () => undefined): Loop => {
    const own = places.map((place): [ErasurePlace, ClearPlace] => [
      place,
      async ({ erasureId, userId }, pass) => {
        const waitsFor = await clear(erasureId, pass);
        cleared.push(`${userId} ${place} ${pass}`);
        return waitsFor;
      },
    ]);
    const loop = startErasures({ journal, places: Object.fromEntries(own), cacheMs: 40, logger });
    running.push(loop);
    return loop;
  };
  beforeEach(() => void cleared.splice(0));
  const done = ({ erasureId }: ErasureReceipt): Promise<ErasureReceipt> =>
    waitFor("a complete erasure", async () => {
      const receipt = await journal.find(erasureId);
      return receipt !== undefined && receipt.completedAt !== null && receipt;
    });
  const dump = async (): Promise<string> => {
    const all: unknown[] = [];
    for (const table of ["erasures", "erasure_steps", "erasure_streams", "claimed_streams"]) {
      const [rows] = await database.pool().query<RowDataPacket[]>(`SELECT * FROM ${table}`);
      all.push(rows.map((row) => Object.values(row).map((value: unknown) => (Buffer.isBuffer(value) ? value.toString("latin1") : value))));
    }
    return JSON.stringify(all);
  };

  it("are one for each person while it is under way, also if several ask at once, and a new one afterwards", async () => {
    const asked = await Promise.all(Array.from({ length: 6 }, () => journal.request(ann)));
    expect(new Set(asked.map(({ erasureId }) => erasureId))).to.have.lengthOf(1);
    const [receipt] = asked;
    if (receipt === undefined) throw new Error("expected a receipt");
    expect((await journal.request(bob)).erasureId).not.to.equal(receipt.erasureId);
    expect((await journal.request({ ...ann, tenantId: "other" })).erasureId).not.to.equal(receipt.erasureId);
    start(["keys", "read_model", "timers", "event_store"]);
    await done(receipt);
    expect((await journal.request(ann)).erasureId).not.to.equal(receipt.erasureId);
  });

  it("are read page by page, each once, the oldest first, although several were requested in the same microsecond", async () => {
    const requested: string[] = [];
    for (let n = 0; n < 5; n += 1) requested.push((await journal.request({ ...ann, userId: `user-${n}` })).erasureId);
    await database
      .pool()
      .query("UPDATE erasures SET requested_at = '2026-11-27 12:00:00.000001' WHERE erasure_id <> UUID_TO_BIN(?)", [requested.at(-1)]);
    const paged = createErasureJournal(pool, masterKeys, 2);
    const pages: string[][] = [];
    for (let page = await paged.open(); ; page = await paged.open(page.next)) {
      pages.push(page.erasures.map(({ erasureId, steps }) => `${erasureId} ${steps.length}`));
      if (page.next === undefined) break;
    }
    const oldest = requested.slice(0, 4).toSorted();
    expect(pages.flat()).to.deep.equal([...oldest, requested[4]].map((id) => `${id} 4`));
    expect(pages.map(({ length }) => length)).to.deep.equal([2, 2, 1]);
    const loop = startErasures({
      journal: paged,
      places: { keys: async ({ userId }) => void cleared.push(userId) },
      cacheMs: 60_000,
      logger,
    });
    running.push(loop);
    await waitFor("the first pass of all", async () => cleared.length === 5);
  });

  it("go through the places of several processes in order, each twice, and are told apart", async () => {
    const receipts = [await journal.request(ann), await journal.request(bob)];
    start(["timers"]);
    start(["read_model"]);
    start(["keys", "event_store"]);
    for (const receipt of receipts) await done(receipt);
    for (const { userId } of [ann, bob]) {
      const own = cleared.filter((line) => line.startsWith(`${userId} `)).map((line) => line.slice(userId.length + 1));
      expect([...new Set(own)].toSorted()).to.deep.equal(
        ["event_store", "keys", "read_model", "timers"].flatMap((place) => [`${place} first`, `${place} second`]),
      );
      const order = (step: string): number => own.indexOf(step);
      expect(order("keys first")).to.equal(0);
      expect(order("read_model first")).to.be.below(order("event_store first"));
      expect(order("keys second")).to.be.below(order("timers second"));
      expect(order("read_model second")).to.be.below(order("event_store second"));
    }
  });

  it("know the person's destroyed keys until they are complete, and leave the keys of a new person alone", async () => {
    /** Makes keys as a process of its own does. */
    const makeKeys = async (...shoppers: readonly (typeof ann)[]): Promise<readonly string[]> => {
      const { keys, statements } = await createKeyRing({ pool, database: database.name(), masterKeys }).sealingKeys(shoppers);
      for (const { sql, values = [] } of statements) await pool.query(sql, [...values]);
      return keys.map(({ keyId }) => keyId);
    };
    const hash = shopperHash(await openLookupKey(pool, masterKeys), ann);
    const [annsFirst] = await makeKeys(ann, bob);
    const [annsSecond] = await makeKeys(ann);
    const receipt = await journal.request(ann);
    expect(await journal.destroyedKeys(hash)).to.deep.equal([]);
    expect(await destroyKeys(pool, hash)).to.equal(2);
    expect(await destroyKeys(pool, hash)).to.equal(0);
    const [ofNewPerson] = await makeKeys(ann);
    expect(await journal.destroyedKeys(hash)).to.have.members([annsFirst, annsSecond]);
    start(["keys", "read_model", "timers", "event_store"]);
    await done(receipt);
    expect(await journal.destroyedKeys(hash)).to.deep.equal([]);
    const [rows] = await pool.query<RowDataPacket[]>("SELECT BIN_TO_UUID(key_id) AS id FROM shopper_keys WHERE shopper = ?", [hash]);
    expect(rows.map(({ id }) => String(id))).to.deep.equal([ofNewPerson]);
  });

  it("name nobody once they are complete, and before only to those who have the master key", async () => {
    const receipt = await journal.request(ann);
    await journal.addStreams(receipt.erasureId, ["550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"]);
    expect(await journal.streams(receipt.erasureId)).to.have.lengthOf(1);
    expect(await dump()).not.to.contain("ann");
    expect((await journal.open()).erasures.map(({ userId }) => userId)).to.deep.equal([ann.userId]);
    start(["keys", "read_model", "timers", "event_store"]);
    const complete = await done(receipt);
    expect(complete).to.deep.include({ requestedBy: "officer", tenantId: "shop" });
    const [rows] = await database.pool().query<RowDataPacket[]>("SELECT shopper, master_key_id, wrapped FROM erasures");
    expect(rows.map((row) => ({ ...row }))).to.deep.equal([{ shopper: null, master_key_id: null, wrapped: null }]);
    expect(await journal.streams(receipt.erasureId)).to.deep.equal([]);
    expect(await journal.open()).to.deep.include({ erasures: [] });
  });

  it("go on in another process after one died between two passes, and repeat the pass that was not recorded", async () => {
    const receipt = await journal.request(ann);
    const dying = start(["keys", "read_model", "timers", "event_store"], async (_id, pass) => {
      if (pass === "second") throw new Error("killed after its work and before its record");
      return undefined;
    });
    await waitFor("the first passes", async () =>
      (await journal.find(receipt.erasureId))?.steps.every(({ firstPassAt }) => firstPassAt !== null),
    );
    await dying.stop();
    cleared.splice(0);
    start(["keys", "read_model", "timers", "event_store"]);
    await done(receipt);
    expect(cleared).to.deep.equal(["keys", "read_model", "timers", "event_store"].map((place) => `${ann.userId} ${place} second`));
  });

  it("do not keep one another from being completed if one fails or has to wait, and say what it waits for", async () => {
    const [failing, waiting, sound] = [
      await journal.request(ann),
      await journal.request(bob),
      await journal.request({ ...ann, userId: "carl" }),
    ];
    const loop = start(["keys", "read_model", "timers", "event_store"], async (erasureId) => {
      if (erasureId === failing.erasureId) throw new Error("away");
      return erasureId === waiting.erasureId ? "an operator" : undefined;
    });
    await done(sound);
    expect((await journal.find(waiting.erasureId))?.steps[0]).to.deep.include({
      place: "keys",
      firstPassAt: null,
      waitsFor: "an operator",
    });
    expect((await journal.find(failing.erasureId))?.completedAt).to.equal(null);
    await loop.stop();
    start(["keys", "read_model", "timers", "event_store"]);
    expect((await done(waiting)).steps.map(({ waitsFor }) => waitsFor)).to.deep.equal([null, null, null, null]);
    await done(failing);
  });

  it("survive a change of the master key", async () => {
    const receipt = await journal.request(ann);
    const second = `two:${newKey()}`;
    await rewrapKeys(pool, localMasterKeys(`${second},${first}`), 10);
    const opened = await createErasureJournal(pool, localMasterKeys(second)).open();
    expect(opened.erasures.map(({ erasureId, userId }) => [erasureId, userId])).to.deep.equal([[receipt.erasureId, ann.userId]]);
    // The other specs of this file know only the former key.
    await rewrapKeys(pool, localMasterKeys(`${first},${second}`), 10);
  });

  it("count as overdue after their time", async () => {
    await journal.request(ann);
    expect(await journal.count()).to.deep.equal({ open: 1, overdue: 0 });
    await journal.request({ ...bob, withinMs: 0 });
    await waitFor("the time", async () => (await journal.count()).overdue === 1);
    expect((await journal.count()).open).to.equal(2);
  });
});
