import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createConnection } from "mysql2/promise";
import { npmRun } from "./npmRun.ts";
import { portOf, type RunningStart, startOn } from "./runningStart.ts";

const cart = "550e8400-e29b-41d4-a716-446655440000";
const advice = /npm run projector -- rebuild/;

describe("data of an earlier release", function () {
  this.timeout(400_000);
  let folder = "";
  let start: RunningStart | undefined;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "cart-upgrade-"))));
  const stop = async (): Promise<void> => {
    start?.interrupt();
    expect(await start?.exitCode).to.be.oneOf([0, undefined]);
    start = undefined;
  };
  after(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  const startAgain = async (): Promise<RunningStart> => {
    await stop();
    start = await startOn(folder);
    await start.untilItSays(/Ready after/);
    return start;
  };
  const onReadModel = async (port: number, ...statements: readonly string[]): Promise<void> => {
    const connection = await createConnection(`mysql://root@127.0.0.1:${port}/readmodel`);
    try {
      for (const sql of statements) await connection.query(sql);
    } finally {
      await connection.end();
    }
  };
  const funnel = async (): Promise<unknown> => {
    const day = new Date().toISOString().slice(0, 10);
    const response = await fetch(`${start?.queryApi}/tenants/default/cart-funnel?from=${day}&to=${day}`);
    expect(response.status).to.equal(200);
    return response.json();
  };

  it("is started with the advice to rebuild the read model, and is right after it", async () => {
    const first = await startAgain();
    const answer = await fetch(`${first.commandApi}/additem/${cart}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 }),
    });
    expect(answer.status).to.equal(200);
    expect((await fetch(`${first.queryApi}/carts/${cart}?min_version=2`)).status).to.equal(200);
    const right = await funnel();
    expect(first.said()).to.not.match(advice);
    // The read model of a release that had neither the funnel nor the revisions.
    await onReadModel(
      portOf("MySQL", first.said()),
      "DELETE FROM cart_milestones",
      "DROP TABLE projections",
      "DELETE FROM migrations WHERE name LIKE '%create_projections'",
    );

    const second = await startAgain();
    await second.untilItSays(advice);
    expect(await funnel()).to.not.deep.equal(right);
    const verified = await npmRun("projector", folder, "verify", "--wait", "0");
    expect(verified.said).to.contain('{"step":"needs_rebuild","aggregate_type":"Cart","built_by":null,"revision":1}');
    expect(verified.code).to.equal(1);

    const [, args = ""] = /npm run projector -- (.*)/.exec(second.said()) ?? [];
    expect(args).to.match(/^rebuild --data /);
    expect((await npmRun("projector", folder, "rebuild")).code).to.equal(0);
    expect(await funnel()).to.deep.equal(right);
    const again = await npmRun("projector", folder, "verify");
    expect(again.said).to.match(/"differences":0,.*"needs_rebuild":false/);
    expect(again.code).to.equal(0);
    expect((await startAgain()).said()).to.not.match(advice);
  });
});
