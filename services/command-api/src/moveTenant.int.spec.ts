import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { v7 as uuidv7 } from "uuid";
import { type CommandApi, type Reply, startCommandApi } from "./testing/startCommandApi.ts";

const cli = fileURLToPath(new URL("cli.ts", import.meta.url));

describe("move-tenant", () => {
  const [from, to] = [useMysqlDatabase({ migrate: migrateEventStore }), useMysqlDatabase({ migrate: migrateEventStore })];
  let cells: readonly [CommandApi, CommandApi];
  before(async () => {
    cells = [await startCommandApi(from.url(), () => new Date()), await startCommandApi(to.url(), () => new Date())];
  });
  after(() => Promise.all(cells.map((cell) => cell.stop())));

  const add = (cell: CommandApi, cart: string, key: string): Promise<Reply> =>
    cell.send(
      "POST",
      `/carts/${cart}/items`,
      { user_id: "user-1", tenant_id: "shop-1", item_id: "item-1", quantity: 1, price: 1 },
      { "Idempotency-Key": key },
    );
  const start = (): ChildProcess & { readonly stdout: NonNullable<ChildProcess["stdout"]> } =>
    spawn(process.execPath, [...process.execArgv, cli, "move-tenant", "shop-1", "--to", to.url()], {
      env: { ...process.env, EVENTSTORE_URL: from.url() },
      stdio: ["ignore", "pipe", "inherit"],
    });

  it("goes on after kill -9 while clients send, and each command is executed once, in one of the two cells", async () => {
    let isDone = false;
    const seen = new Map<string, Reply>();
    const shopper = async (): Promise<readonly [cart: string, acknowledged: number]> => {
      const cart = uuidv7();
      let cell = cells[0];
      for (let acknowledged = 0; ; acknowledged += 1) {
        for (;;) {
          const reply = await add(cell, cart, `key-${acknowledged}`);
          if (reply.status === 200) break;
          seen.set(String(reply.json["type"]), reply);
          if (reply.status === 421) cell = cells[1];
        }
        if (isDone && cell === cells[1]) return [cart, acknowledged + 1];
      }
    };
    const shoppers = Array.from({ length: 8 }, shopper);

    const killed = start();
    for await (const line of createInterface({ input: killed.stdout })) {
      if (line.includes('"copied"')) killed.kill("SIGKILL");
    }
    await waitFor("the refusal of a tenant that moves", () => seen.has("/problems/tenant-moving"));
    const [code] = (await once(start(), "exit")) as [number];
    expect(code).to.equal(0);
    await waitFor("the refusal of a tenant that has moved", () => seen.has("/problems/tenant-moved"));
    isDone = true;

    for (const [cart, acknowledged] of await Promise.all(shoppers)) {
      const { status, headers, json } = await add(cells[1], cart, "key-0");
      expect([status, headers.get("Idempotency-Replayed"), json["version"]]).to.deep.equal([200, "true", 2]);
      expect((await add(cells[1], cart, "one-more")).json["version"]).to.equal(acknowledged + 2);
    }
    const answers = ["tenant-moving", "tenant-moved"].map((type) => seen.get(`/problems/${type}`));
    expect(answers.map((reply) => [reply?.status, reply?.headers.get("Retry-After")])).to.deep.equal([
      [503, "1"],
      [421, "1"],
    ]);
  }).timeout(60_000);
});
