import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { cartAggregate } from "@cart/domain";
import { countUnsealed, loadStreams, withKeys } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateEventStore, migrateKeyStore } from "@cart/migrations";
import { openKeys } from "@cart/personal-data";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, startCommandApi } from "./testing/startCommandApi.ts";

const cli = fileURLToPath(new URL("cli.ts", import.meta.url));

describe("seal-stored", () => {
  const [database, keyStore] = [useMysqlDatabase({ migrate: migrateEventStore }), useMysqlDatabase({ migrate: migrateKeyStore })];
  const masterKeys = `one:${randomBytes(32).toString("base64")}`;
  let commandApi: CommandApi;
  before(async () => {
    commandApi = await startCommandApi(database.url(), () => new Date());
  });
  after(() => commandApi.stop());

  type Run = ChildProcess & { readonly stdout: NonNullable<ChildProcess["stdout"]>; readonly stderr: NonNullable<ChildProcess["stderr"]> };
  const start = (options: readonly string[] = [], env: Readonly<Record<string, string>> = { SEAL_PERSONAL_DATA: "true" }): Run =>
    spawn(process.execPath, [...process.execArgv, cli, "seal-stored", ...options], {
      env: { ...process.env, EVENTSTORE_URL: database.url(), KEYSTORE_URL: keyStore.url(), PERSONAL_DATA_KEYS: masterKeys, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  const finish = async (run: Run): Promise<{ readonly code: unknown; readonly last: unknown; readonly errors: string }> => {
    const [exit, output, errors] = await Promise.all([once(run, "exit"), text(run.stdout), text(run.stderr)]);
    return { code: exit[0], last: JSON.parse(output.trim().split("\n").at(-1) || "{}"), errors };
  };
  const add = (cart: string, quantity = 1): Promise<unknown> =>
    commandApi.send("POST", `/carts/${cart}/items`, { user_id: "ann", item_id: "tea", name: "tea for Ann", quantity, price: 1 });

  it("does nothing before the services seal", async () => {
    const { code, errors } = await finish(start([], { SEAL_PERSONAL_DATA: "false" }));
    expect(code).to.equal(1);
    expect(errors).to.contain("SEAL_PERSONAL_DATA=true");
  });

  it("goes on after kill -9, says what is left, and exits with 0 once nothing is left", async () => {
    const carts = Array.from({ length: 40 }, () => uuidv7());
    await Promise.all(
      carts.map(async (cart) => {
        for (let n = 0; n < 12; n += 1) await add(cart);
      }),
    );
    const all = { events: 40 * 13, snapshots: 0, outbox: 40 * 13 };
    expect(await finish(start(["--dry-run"]))).to.deep.include({ code: 0, last: { step: "counted", left: all } });

    const killed = start();
    killed.stdout.once("data", () => killed.kill("SIGKILL"));
    const [, signal] = (await once(killed, "exit")) as [number | null, string | null];
    expect(signal).to.equal("SIGKILL");
    const left = (await countUnsealed(commandApi.pool, cartAggregate.type)).events;
    expect(left).to.be.greaterThan(0).and.lessThan(all.events);

    const { code, last } = await finish(start());
    expect(code).to.equal(0);
    expect(last).to.deep.include({ step: "sealed", left: { events: 0, snapshots: 0, outbox: 0 }, damaged: 0 });
    const keys = openKeys({ KEYSTORE_URL: keyStore.url(), PERSONAL_DATA_KEYS: masterKeys });
    const loaded = await loadStreams(commandApi.pool, withKeys(cartAggregate, keys.ring, true), carts);
    expect([...loaded.values()].map(({ version, state }) => [version, state.status !== "NONE" && state.userId])).to.deep.equal(
      carts.map(() => [13, "ann"]),
    );
    await keys.close();
  }).timeout(60_000);

  it("exits with 1 if a row is left", async () => {
    const cart = uuidv7();
    await add(cart);
    await eventStoreTables(commandApi.pool).moves.insert([{ tenant_id: "default", state: "FROZEN", other_id: Buffer.alloc(16, 1) }]);
    const { code, last } = await finish(start());
    expect(code).to.equal(1);
    expect(last).to.deep.include({ step: "incomplete", left: { events: 2, snapshots: 0, outbox: 2 }, moving_tenants: ["default"] });
  }).timeout(60_000);
});
