import { randomBytes } from "node:crypto";
import type { Owner } from "@cart/domain";
import { migrateKeyStore } from "@cart/migrations";
import { isSeveralRows, openMysqlPool, run, type Statement, withConnection, writeTogether } from "@cart/mysql";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { KeyMissingError, type KeyRing, type KeyRingOptions, createKeyRing, type SealingKeys } from "./keyRing.ts";
import { destroyKeys, openLookupKey, rewrapKeys } from "./keyStore.ts";
import { localMasterKeys, MasterKeyError } from "./masterKeys.ts";
import { shopperHash } from "./shopper.ts";

const ann: Owner = { tenantId: "shop", userId: "ann@example.org" };
const bob: Owner = { tenantId: "shop", userId: "bob" };

const rejectionOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
};

describe("the key ring", () => {
  const database = useMysqlDatabase({ migrate: migrateKeyStore });
  const [oldKey, newKey] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  const masterKeys = localMasterKeys(`old:${oldKey}`);
  let pool: Pool;
  before(() => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 8, multipleStatements: true });
  });
  after(() => pool.end());
  afterEach("empty the key store", async () => {
    await database.pool().query("DELETE FROM shopper_keys");
    await database.pool().query("DELETE FROM lookup_keys");
  });

  const open = (options: Partial<KeyRingOptions> = {}): KeyRing =>
    createKeyRing({ pool, database: database.name(), masterKeys, ...options });
  const inAppend = (statements: readonly Statement[]): Promise<void> =>
    withConnection(pool, async (connection) => {
      await writeTogether(connection, [{ sql: "START TRANSACTION" }, ...statements]);
      await run(connection, "COMMIT");
    });
  const append = async (ring: KeyRing, ...shoppers: readonly Owner[]): Promise<SealingKeys> => {
    const sealing = await ring.sealingKeys(shoppers);
    await inAppend(sealing.statements);
    sealing.committed();
    return sealing;
  };
  const idsOf = ({ keys }: SealingKeys): string[] => keys.map(({ keyId }) => keyId);
  const erase = async (shopper: Owner): Promise<number> => destroyKeys(pool, shopperHash(await openLookupKey(pool, masterKeys), shopper));
  const rows = async (): Promise<RowDataPacket[]> => {
    const [found] = await database.pool().query<RowDataPacket[]>("SELECT * FROM shopper_keys");
    return found;
  };

  it("records the keys of a shopper before it destroys them, and destroys none that it could not record", async () => {
    const ids = idsOf(await append(open(), ann));
    const hash = shopperHash(await openLookupKey(pool, masterKeys), ann);
    const failed = await destroyKeys(pool, hash, () => Promise.reject(new Error("not recorded"))).catch((error: unknown) => error);
    expect(String(failed)).to.contain("not recorded");
    expect((await open().openingKeys(ids)).get(ids[0] ?? "")).not.to.equal("destroyed");
    const recorded: string[] = [];
    expect(await destroyKeys(pool, hash, async (keyIds) => recorded.push(...keyIds))).to.equal(1);
    expect(recorded).to.deep.equal(ids);
  });

  it("makes one key for each shopper, uses it again, and opens it in another process", async () => {
    const ring = open();
    const first = await append(ring, ann, bob, ann);
    const [annsId, bobsId, again] = idsOf(first);
    expect(again).to.equal(annsId);
    expect(bobsId).not.to.equal(annsId);
    expect(idsOf(await append(ring, ann))).to.deep.equal([annsId]);
    expect(await rows()).to.have.lengthOf(2);

    const opened = await open().openingKeys(idsOf(first));
    for (const { keyId, key } of first.keys) expect(opened.get(keyId)).to.deep.equal(key);
  });

  it("does not use a key whose transaction was not committed", async () => {
    const ring = open();
    const lost = await ring.sealingKeys([ann]);
    const stored = await append(ring, ann);
    expect(idsOf(stored)).not.to.deep.equal(idsOf(lost));
    expect(await rows()).to.have.lengthOf(1);
  });

  it("stores neither the user id nor a key in plain text", async () => {
    const { keys } = await append(open(), ann);
    const [stored] = await rows();
    const text = JSON.stringify(
      Object.values(stored ?? {}).map((value: unknown) => (Buffer.isBuffer(value) ? value.toString("latin1") : value)),
    );
    expect(text).not.to.contain("ann");
    expect(text).not.to.contain(keys[0]?.key.toString("latin1"));
  });

  it("gives a shopper of another tenant, and of an id that looks the same when joined, other keys", async () => {
    const shoppers = [ann, { ...ann, tenantId: "other" }, { tenantId: "shop,a", userId: "b" }, { tenantId: "shop", userId: "a,b" }];
    const { keys } = await append(open(), ...shoppers);
    expect(new Set(keys.map(({ keyId }) => keyId))).to.have.lengthOf(4);
    expect(await erase(ann)).to.equal(1);
  });

  it("destroys the keys of every process, refuses their next use, and then makes a key for a new person", async () => {
    const [one, two] = [open(), open()];
    const before = [...idsOf(await append(one, ann)), ...idsOf(await append(two, ann))];
    const bobs = idsOf(await append(one, bob));
    expect(await erase(ann)).to.equal(2);
    expect(await erase(ann)).to.equal(0);

    const late = await one.sealingKeys([ann, bob]);
    expect(await rejectionOf(inAppend(late.statements))).to.satisfy(isSeveralRows);
    await late.conflicted();
    const next = await append(one, ann, bob);
    expect(idsOf(next)[1]).to.equal(bobs[0]);
    expect(before).not.to.include(idsOf(next)[0]);

    const opened = await open().openingKeys([...before, ...bobs, ...idsOf(next)]);
    expect(before.map((keyId) => opened.get(keyId))).to.deep.equal(["destroyed", "destroyed"]);
    expect([...opened.values()].filter((key) => key !== "destroyed")).to.have.lengthOf(2);
    const destroyed = (await rows()).filter(({ destroyed_at: at }) => at !== null);
    expect(destroyed.map(({ master_key_id: id, wrapped }): unknown[] => [id, wrapped])).to.deep.equal([
      [null, null],
      [null, null],
    ]);
  });

  it("keeps a key from being destroyed until an append that uses it has ended", async () => {
    const ring = open();
    await append(ring, ann);
    const { statements } = await ring.sealingKeys([ann]);
    let erased = false;
    const erasing = await withConnection(pool, async (connection) => {
      await writeTogether(connection, [{ sql: "START TRANSACTION" }, ...statements]);
      const started = erase(ann).then((count) => {
        erased = true;
        return count;
      });
      await waitFor("an erasure that waits", async () => {
        const [waits] = await database
          .pool()
          .query<RowDataPacket[]>(
            "SELECT 1 FROM performance_schema.data_lock_waits w JOIN performance_schema.data_locks l ON l.ENGINE_LOCK_ID = w.REQUESTING_ENGINE_LOCK_ID WHERE l.OBJECT_SCHEMA = ?",
            [database.name()],
          );
        return waits.length > 0;
      });
      expect(erased).to.equal(false);
      await run(connection, "COMMIT");
      return started;
    });
    expect(erasing).to.equal(1);
  });

  it("uses keys while another append stores a new one, also if the key store has few", async () => {
    const ring = open();
    const shoppers = Array.from({ length: 40 }, (_, n): Owner => ({ tenantId: "shop", userId: `user-${n}` }));
    await append(ring, ...shoppers);
    const other = await open().sealingKeys([ann]);
    await withConnection(pool, async (connection) => {
      await writeTogether(connection, [{ sql: "START TRANSACTION" }, ...other.statements]);
      // An append that waited for the new key would fail when its time is over.
      await append(ring, ...shoppers);
      await run(connection, "ROLLBACK");
    });
  });

  it("forgets a key that it has read when its time is over", async () => {
    const { keys } = await append(open(), ann);
    const ids = keys.map(({ keyId }) => keyId);
    const [patient, forgetful] = [open(), open({ maxAgeMs: 1 })];
    for (const ring of [patient, forgetful]) expect((await ring.openingKeys(ids)).get(ids[0] ?? "")).to.be.instanceOf(Buffer);
    await erase(ann);
    expect((await patient.openingKeys(ids)).get(ids[0] ?? "")).to.be.instanceOf(Buffer);
    await waitFor("the end of the key's time", async () => (await forgetful.openingKeys(ids)).get(ids[0] ?? "") === "destroyed");
  });

  it("tells a lost key from a destroyed one, and a wrong master key from both", async () => {
    const ring = open();
    const { keys } = await append(ring, ann);
    const ids = keys.map(({ keyId }) => keyId);
    await database.pool().query("DELETE FROM shopper_keys");
    expect(await rejectionOf(ring.openingKeys(ids))).to.be.instanceOf(KeyMissingError);
    expect(await rejectionOf(open({ masterKeys: localMasterKeys(`old:${newKey}`) }).assertMasterKeys())).to.be.instanceOf(MasterKeyError);
    expect(await rejectionOf(open({ masterKeys: localMasterKeys(`new:${newKey}`) }).assertMasterKeys())).to.be.instanceOf(MasterKeyError);
  });

  it("is opened by several programs at once on an empty key store, with one lookup key", async () => {
    const keys = await Promise.all(Array.from({ length: 6 }, () => openLookupKey(pool, masterKeys)));
    expect(new Set(keys.map((key) => key.toString("hex")))).to.have.lengthOf(1);
  });

  it("wraps every key again in batches, also in two programs at once, and finds every shopper afterwards", async () => {
    const shoppers = Array.from({ length: 25 }, (_, n) => ({ tenantId: "shop", userId: `user-${n}` }));
    const { keys } = await append(open(), ...shoppers);
    expect(await erase({ tenantId: "shop", userId: "user-0" })).to.equal(1);
    const both = localMasterKeys(`new:${newKey},old:${oldKey}`);
    const rotate = async (): Promise<void> => {
      while ((await rewrapKeys(pool, both, 10)) > 0);
    };
    expect(await rewrapKeys(pool, both, 10)).to.equal(10);
    await Promise.all([rotate(), rotate()]);

    const onlyNew = localMasterKeys(`new:${newKey}`);
    const opened = await open({ masterKeys: onlyNew }).openingKeys(keys.map(({ keyId }) => keyId));
    expect(
      keys.filter(({ keyId, key }) => opened.get(keyId) !== "destroyed" && key.equals(Buffer.from(opened.get(keyId) ?? ""))),
    ).to.have.lengthOf(24);
    expect(await destroyKeys(pool, shopperHash(await openLookupKey(pool, onlyNew), { tenantId: "shop", userId: "user-1" }))).to.equal(1);
  });
});
