import { randomBytes } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createErasureJournal, type ErasureJournal, type ErasurePlace, localMasterKeys } from "@cart/personal-data";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

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
    const again = await addItem(api, cart, `erased-${"0".repeat(8)}`).catch((error: unknown) => error);
    expect(String(again)).to.contain("cart-of-another-user");
  });
});
