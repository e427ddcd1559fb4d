import { randomBytes } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createErasureJournal, type ErasureJournal, type ErasurePlace, localMasterKeys, openKeys } from "@cart/personal-data";
import { bearer, type TokenClaims, tokenEnv, useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";
import { redoErasures } from "./redoErasures.ts";

const marker = "MARKER";
const ann = `${marker}-ann`;
const erasures = "/tenants/default/erasures";
const others: readonly ErasurePlace[] = ["read_model", "timers"];

type Step = {
  readonly place: string;
  readonly first_pass_at: string | null;
  readonly second_pass_at: string | null;
  readonly waits_for: string | null;
};
const stepsOf = ({ json }: Reply): readonly Step[] => json["steps"] as Step[];

describe("erasures of shoppers", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const masterKeys = `one:${randomBytes(32).toString("base64")}`;
  let api: CommandApi;
  let keys: Pool;
  let journal: ErasureJournal;
  const env = (changes: Record<string, string> = {}): Record<string, string> => ({
    KEYSTORE_URL: keyStore.url(),
    PERSONAL_DATA_KEYS: masterKeys,
    SEAL_PERSONAL_DATA: "true",
    PERSONAL_DATA_CACHE_MS: "100",
    ...changes,
  });
  before(async () => {
    api = await startCommandApi(database.url(), () => new Date(), env());
    keys = openMysqlPool({ url: keyStore.url(), connectionLimit: 2 });
    journal = createErasureJournal(keys, localMasterKeys(masterKeys));
  });
  after(async () => {
    await api.stop();
    await keys.end();
  });
  afterEach("empty the databases", async () => {
    await eventStoreTables(database.pool()).clear();
    for (const table of ["erasures", "erasure_steps", "erasure_streams", "claimed_streams"])
      await keyStore.pool().query(`DELETE FROM ${table}`);
  });

  const addItem = async (on: CommandApi, cart: string, user: string, headers: Record<string, string> = {}): Promise<Reply> => {
    const body = { user_id: user, item_id: "tea", name: `${marker} tea`, attributes: { note: marker }, price: 1 };
    const reply = await on.send("POST", `/carts/${cart}/items`, body, headers);
    expect(reply.status, reply.text).to.equal(200);
    return reply;
  };
  const request = async (user: string, on = api): Promise<Reply> => {
    const reply = await on.send("POST", erasures, { user_id: user });
    expect(reply.status, reply.text).to.equal(202);
    return reply;
  };
  const show = (erasureId: unknown, on = api): Promise<Reply> => on.send("GET", `${erasures}/${String(erasureId)}`);
  /** Stands for the projector and cart-abandonment: it names the carts and passes their places whenever these are due. */
  const passOthers = async (erasureId: unknown, carts: readonly string[] = []): Promise<void> => {
    const id = String(erasureId);
    await journal.addStreams(id, carts);
    for (const pass of ["first", "second"] as const) {
      const column = pass === "first" ? "first_pass_at" : "second_pass_at";
      await waitFor(`the keys' ${pass} pass`, async () =>
        stepsOf(await show(id)).some((step) => step.place === "keys" && step[column] !== null),
      );
      for (const place of others) await journal.passed(id, place, pass);
    }
  };
  const done = (erasureId: unknown): Promise<Reply> =>
    waitFor("a complete erasure", async () => {
      const reply = await show(erasureId);
      return reply.json["status"] === "done" && reply;
    });
  const dump = async (): Promise<string> => {
    const all: unknown[] = [];
    for (const one of [database, keyStore]) {
      const [tables] = await one
        .pool()
        .query<(RowDataPacket & { name: string })[]>(
          "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
        );
      for (const { name } of tables) all.push(name, (await one.pool().query<RowDataPacket[]>(`SELECT * FROM ${name}`))[0]);
    }
    return JSON.stringify(all, (_key, value: unknown) =>
      typeof value === "object" &&
      value !== null &&
      "type" in value &&
      value.type === "Buffer" &&
      "data" in value &&
      Array.isArray(value.data)
        ? Buffer.from(value.data as number[]).toString("latin1")
        : value,
    );
  };

  it("are answered at once, go through all places twice, and leave a receipt without the person", async () => {
    const cart = uuidv7();
    await addItem(api, cart, ann, { "Idempotency-Key": `${marker}-key` });
    const { json } = await request(ann);
    expect(Object.keys(json).toSorted()).to.deep.equal(["due_at", "erasure_id", "requested_at", "status"]);
    expect(json["status"]).to.equal("pending");
    expect(Date.parse(String(json["due_at"])) - Date.parse(String(json["requested_at"]))).to.equal(3_600_000);
    await passOthers(json["erasure_id"], [cart]);
    const receipt = await done(json["erasure_id"]);
    expect(stepsOf(receipt).map(({ place }) => place)).to.deep.equal(["keys", "read_model", "timers", "event_store"]);
    for (const step of stepsOf(receipt))
      expect(
        Object.values(step).filter((value) => value === null),
        step.place,
      ).to.deep.equal([null]);
    expect(receipt.json).to.have.property("completed_at");
    const text = await dump();
    expect(text).not.to.contain(marker);
    expect(text, "the carts of an erased person are not listed").to.contain('erasure_streams",[]');
  });

  it("are one for each person while it is pending, and a later cart of the person is a new person's", async () => {
    const first = uuidv7();
    await addItem(api, first, ann);
    const [one, two] = await Promise.all([request(ann), request(ann)]);
    expect(one.json).to.deep.equal(two.json);
    const bobs = await request("bob");
    expect(bobs.json["erasure_id"]).not.to.equal(one.json["erasure_id"]);
    await Promise.all([one, bobs].map(({ json }) => passOthers(json["erasure_id"])));
    await Promise.all([one, bobs].map(({ json }) => done(json["erasure_id"])));
    const second = uuidv7();
    await addItem(api, second, ann);
    const again = await request(ann);
    expect(again.json["erasure_id"]).not.to.equal(one.json["erasure_id"]);
  });

  it("take commands on the person's cart before, during and after, keep their texts out, and hide the cart from its former owner", async () => {
    const cart = uuidv7();
    await addItem(api, cart, ann);
    const stopped = new AbortController();
    const during = (async () => {
      const statuses = new Set<number>();
      // A client that goes on as if nothing had happened: it is refused as soon as the cart has another owner.
      while (!stopped.signal.aborted) {
        const change = { quantity: (statuses.size % 5) + 1 };
        statuses.add((await api.send("PATCH", `/carts/${cart}/items/tea`, change)).status);
        statuses.add((await api.send("PATCH", `/carts/${cart}`, { attributes: { note: `${marker} ${Math.random()}` } })).status);
      }
      return statuses;
    })();
    const { json } = await request(ann);
    await passOthers(json["erasure_id"], [cart]);
    await done(json["erasure_id"]);
    stopped.abort();
    const statuses = await during;
    expect([...statuses].filter((status) => status >= 500)).to.deep.equal([]);
    const late = await api.send("POST", `/carts/${cart}/items`, { user_id: ann, item_id: "late", price: 1 });
    expect([late.status, late.json["type"]]).to.deep.equal([409, "/problems/cart-of-another-user"]);
    expect((await api.send("POST", `/carts/${cart}/purchase`, { order_id: "order-1" })).status).to.equal(200);
    expect(await dump()).not.to.contain(marker);
  });

  it("wait with a reason while an event of their tenant is stored in plain text, not of another one, and go on once it is not", async () => {
    const plain = await startCommandApi(database.url(), () => new Date(), env({ SEAL_PERSONAL_DATA: "false" }));
    await addItem(plain, uuidv7(), "bob");
    await plain.stop();
    const { json } = await request(ann);
    await waitFor("the keys' pass", async () => stepsOf(await show(json["erasure_id"]))[0]?.first_pass_at !== null);
    for (const place of others) await journal.passed(String(json["erasure_id"]), place, "first");
    const waiting = await waitFor("a reason", async () =>
      stepsOf(await show(json["erasure_id"])).find(({ waits_for: reason }) => reason !== null),
    );
    expect(waiting).to.deep.include({ place: "event_store", waits_for: "command-api seal-stored", first_pass_at: null });
    const { erasureId } = await journal.request({ tenantId: "other", userId: ann, requestedBy: null, withinMs: 3_600_000 });
    const stepOf = async (place: ErasurePlace) => (await journal.find(erasureId))?.steps.find((step) => step.place === place);
    await waitFor("the keys' pass of another tenant", async () => (await stepOf("keys"))?.firstPassAt !== null);
    for (const place of others) await journal.passed(erasureId, place, "first");
    await waitFor("the pass of another tenant", async () => (await stepOf("event_store"))?.firstPassAt !== null);
    await eventStoreTables(database.pool()).clear();
    await passOthers(json["erasure_id"]);
    await done(json["erasure_id"]);
  });

  it("wait, and do not fail, while the text of an event that waits to be published is not JSON", async () => {
    const cart = uuidv7();
    await addItem(api, cart, ann);
    const { outbox } = eventStoreTables(database.pool());
    await outbox.change({ status: "FAILED", event_data: `${marker} {` }, { version: 2 });
    const { json } = await request(ann);
    await journal.addStreams(String(json["erasure_id"]), [cart]);
    await waitFor("the keys' pass", async () => stepsOf(await show(json["erasure_id"]))[0]?.first_pass_at !== null);
    for (const place of others) await journal.passed(String(json["erasure_id"]), place, "first");
    const waiting = await waitFor("a reason", async () =>
      stepsOf(await show(json["erasure_id"])).find(({ waits_for: reason }) => reason !== null),
    );
    expect(waiting).to.deep.include({ place: "event_store", waits_for: "command-api seal-stored" });
    await outbox.remove({ version: 2 });
    await passOthers(json["erasure_id"]);
    await done(json["erasure_id"]);
  });

  it("remove the errors of events that could not be published, and plain snapshots, of the person's carts only", async () => {
    const [cart, bobs] = [uuidv7(), uuidv7()];
    await addItem(api, cart, ann);
    await addItem(api, bobs, "bob");
    const { outbox, snapshots } = eventStoreTables(database.pool());
    await outbox.change({ status: "FAILED", error_message: `about ${marker}` });
    await snapshots.insert(
      [cart, bobs].map((id) => ({ aggregate_id: id, aggregate_type: "Cart", version: 1, schema_version: 1, state: { userId: marker } })),
    );
    const { json } = await request(ann);
    await passOthers(json["erasure_id"], [cart]);
    await done(json["erasure_id"]);
    expect(await outbox.count({ aggregate_id: cart, error_message: "removed by an erasure" })).to.equal(2);
    expect(await outbox.count({ aggregate_id: bobs, error_message: `about ${marker}` })).to.equal(2);
    expect((await snapshots.rows()).map(({ aggregate_id: id }) => id)).to.deep.equal([bobs]);
  });

  type KeyRow = RowDataPacket & {
    readonly key_id: Buffer;
    readonly shopper: Buffer | null;
    readonly master_key_id: string | null;
    readonly wrapped: Buffer | null;
  };
  const keyRows = async (): Promise<readonly KeyRow[]> => (await keyStore.pool().query<KeyRow[]>("SELECT * FROM shopper_keys"))[0];
  const living = async (): Promise<number> => (await keyRows()).filter(({ wrapped }) => wrapped !== null).length;

  /** Adds an item to a cart of a new shopper and erases the shopper. Resolves to the rows of the keys as they were before. */
  const eraseOne = async (cart: string): Promise<readonly KeyRow[]> => {
    await keyStore.pool().query("DELETE FROM shopper_keys");
    await eventStoreTables(database.pool()).destroyed.remove();
    const user = uuidv7();
    await addItem(api, cart, user);
    const backup = await keyRows();
    const { json } = await request(user);
    await passOthers(json["erasure_id"], [cart]);
    await done(json["erasure_id"]);
    return backup;
  };
  const restores: Readonly<Record<string, (backup: readonly KeyRow[]) => Promise<unknown>>> = {
    "has the keys again": (backup) =>
      keyStore
        .pool()
        .query("REPLACE INTO shopper_keys (key_id, shopper, master_key_id, wrapped) VALUES ?", [
          backup.map((row) => [row.key_id, row.shopper, row.master_key_id, row.wrapped]),
        ]),
    "never had the keys": () => keyStore.pool().query("DELETE FROM shopper_keys"),
  };
  for (const [what, restore] of Object.entries(restores)) {
    it(`are redone by command-api's start on a key store that was restored and ${what}`, async () => {
      const cart = uuidv7();
      const backup = await eraseOne(cart);
      expect([backup.length, await living()]).to.deep.equal([1, 0]);
      await restore(backup);
      expect(await living()).to.equal(what === "has the keys again" ? 1 : 0);
      const restarted = await startCommandApi(database.url(), () => new Date(), env());
      try {
        await waitFor("the keys to be destroyed again", async () => (await keyRows()).length === 1 && (await living()) === 0);
        expect((await restarted.send("POST", `/carts/${cart}/purchase`, { order_id: "late" })).status).to.equal(200);
      } finally {
        await restarted.stop();
      }
    });
  }

  it("are known to the event store again once they are redone, if it was restored from a backup of before", async () => {
    await eraseOne(uuidv7());
    const { destroyed } = eventStoreTables(database.pool());
    const before = await destroyed.count();
    const opened = openKeys({ KEYSTORE_URL: keyStore.url(), PERSONAL_DATA_KEYS: masterKeys });
    try {
      await destroyed.remove();
      const { signal } = new AbortController();
      if (opened.erasures === undefined) throw new Error("there are no keys");
      expect(await redoErasures(api.pool, opened.erasures, signal)).to.deep.equal({ destroyed_again: 0, recorded: 1 });
      expect(await redoErasures(api.pool, opened.erasures, signal)).to.deep.equal({ destroyed_again: 0, recorded: 0 });
    } finally {
      await opened.close();
    }
    expect(before).to.be.greaterThan(0);
  });

  it("are refused without keys or while nothing is sealed, with what to configure", async () => {
    for (const [missing, changes] of [
      ["KEYSTORE_URL", { KEYSTORE_URL: "", PERSONAL_DATA_KEYS: "", SEAL_PERSONAL_DATA: "false" }],
      ["SEAL_PERSONAL_DATA=true", { SEAL_PERSONAL_DATA: "false" }],
    ] as const) {
      const other = await startCommandApi(database.url(), () => new Date(), env(changes));
      const { status, json } = await other.send("POST", erasures, { user_id: ann });
      expect([status, json["type"]]).to.deep.equal([409, "/problems/erasure-not-possible"]);
      expect(json["detail"]).to.contain(missing);
      expect((await show(uuidv7(), other)).status).to.equal(missing === "KEYSTORE_URL" ? 409 : 404);
      await other.stop();
    }
  });

  it("are answered with 503 while the key store is away", async () => {
    const url = new URL(keyStore.url());
    url.port = "1";
    const away = await startCommandApi(database.url(), () => new Date(), env({ KEYSTORE_URL: url.href }));
    for (const reply of [await away.send("POST", erasures, { user_id: ann }), await show(uuidv7(), away)])
      expect([reply.status, reply.json["type"], reply.headers.get("Retry-After")]).to.deep.equal([503, "/problems/unavailable", "1"]);
    await away.stop();
  });

  it("need the scope for the tenant, show no erasure of another tenant, and do not record a shopper as the one who asked", async () => {
    const guarded = await startCommandApi(database.url(), () => new Date(), env(tokenEnv));
    const as = async (claims: TokenClaims, method: string, path: string, body?: object): Promise<Reply> =>
      guarded.send(method, path, body, await bearer(claims));
    const officer = { sub: "officer", tenant_id: "default", scope: "carts:erase" };
    const foreign = { ...officer, tenant_id: "other" };
    for (const claims of [{ ...officer, scope: "carts:price" }, foreign]) {
      expect((await as(claims, "POST", erasures, { user_id: ann })).status).to.equal(403);
      expect((await as(claims, "GET", `${erasures}/${uuidv7()}`)).status).to.equal(403);
    }
    const { status, json } = await as(officer, "POST", erasures, { user_id: ann });
    expect(status).to.equal(202);
    const path = `${erasures}/${String(json["erasure_id"])}`;
    expect((await as({ ...officer, scope: "carts:admin" }, "GET", path)).json).to.deep.include({
      requested_by: "officer",
      status: "pending",
    });
    const missing = await as(foreign, "GET", path.replace("default", "other"));
    expect([missing.status, missing.json["type"]]).to.deep.equal([404, "/problems/not-found"]);
    const own = await as({ ...officer, sub: `${marker}-own` }, "POST", erasures, { user_id: `${marker}-own` });
    expect((await as(officer, "GET", `${erasures}/${String(own.json["erasure_id"])}`)).json["requested_by"]).to.equal(null);
    await guarded.stop();
  });
});
