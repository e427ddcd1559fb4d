import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Suite } from "mocha";
import { checkOut, hasCommit, previousReleaseTag } from "./earlierCommit.ts";
import { npmRun } from "./npmRun.ts";
import { type RunningStart, startCheckout, startOn } from "./runningStart.ts";

/** The first commit that is a whole system. Its read model has no funnel, and it has neither timers nor a console. */
const firstSystem = "d50eb24ae42ebb313d4077eb2cd6ba0b6d630930";
/** The release before this commit. Until one has a tag: version 1.0.0 before its read model recorded which revision built it. */
const previousRelease = previousReleaseTag() || "1875f974aefd43691ebf89abda360df2f24fbb77";

const [openCart, submittedCart] = ["550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440001"];
const offer = /Rebuild it from the events, while everything stays in use:\n {2}npm run projector -- (?<command>rebuild --data .*)\n/;
/** Seconds for an earlier start, which installs and builds its packages first. */
const installAndBuild = 900;

const send = async ({ commandApi }: RunningStart, path: string, body: object): Promise<void> => {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${commandApi}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status, await answer.text()).to.equal(200);
};
const addItem = (system: RunningStart, cart: string, item: string): Promise<void> =>
  send(system, `/additem/${cart}`, { user_id: "user-123", item_id: item, quantity: 2, price: 29.99 });

const read = async ({ queryApi }: RunningStart, path: string): Promise<unknown> => {
  const answer = await fetch(`${queryApi}${path}`);
  expect(answer.status, path).to.equal(200);
  return answer.json();
};
const expectCart = async (system: RunningStart, cart: string, version: number, members: object): Promise<void> => {
  expect(await read(system, `/carts/${cart}?min_version=${version}`)).to.deep.include({ version, ...members });
};

function upgradeSpec(this: Suite): void {
  this.timeout(1_800_000);
  let root = "";
  let running: RunningStart | undefined;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), "cart-upgrade-"))));
  const stop = async (): Promise<void> => {
    running?.interrupt();
    expect(await running?.exitCode).to.be.oneOf([0, undefined]);
    running = undefined;
  };
  afterEach(async () => {
    await stop();
    await rm(root, { recursive: true, force: true });
  });
  /** Waits for the last line of a start, which comes after the offer of a rebuild. */
  const untilStarted = async (starting: Promise<RunningStart>): Promise<RunningStart> => {
    running = await starting;
    await running.untilItSays(/Logs are in/, installAndBuild);
    return running;
  };
  const runCheckout = async (commit: string, options: readonly string[] = []): Promise<RunningStart> => {
    const checkout = join(root, commit);
    await checkOut(commit, checkout);
    return untilStarted(startCheckout(checkout, options));
  };
  const funnel = async (system: RunningStart): Promise<unknown> => {
    const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
    const answer = await read(system, `/tenants/default/cart-funnel?from=${from}&to=${to}`);
    return answer instanceof Object && "total" in answer ? answer.total : answer;
  };

  it("is all there after an upgrade, with the offer of a rebuild, after which the funnel is right and verify agrees", async () => {
    const first = await runCheckout(firstSystem);
    await addItem(first, openCart, "item-1");
    await addItem(first, submittedCart, "item-1");
    await send(first, `/carts/${submittedCart}/submit`, {});
    await expectCart(first, openCart, 2, { status: "OPEN", total_amount: 59.98 });
    await expectCart(first, submittedCart, 3, { status: "SUBMITTED" });
    await stop();

    const folder = join(root, firstSystem, ".data");
    const upgraded = await untilStarted(startOn(folder));
    await expectCart(upgraded, openCart, 2, { status: "OPEN", total_amount: 59.98, abandoned_at: null });
    await expectCart(upgraded, submittedCart, 3, { status: "SUBMITTED" });
    expect(upgraded.said()).to.match(offer);
    expect(await funnel(upgraded)).to.include({ created: 0, submitted: 0 });
    const outdated = await npmRun("projector", folder, "verify", "--wait", "0");
    expect(outdated.said).to.contain('{"step":"needs_rebuild","aggregate_type":"Cart","built_by":null,');
    expect(outdated.code).to.equal(1);

    const [script = "", ...args] = (offer.exec(upgraded.said())?.groups?.["command"] ?? "").split(" ");
    expect([script, ...args]).to.deep.equal(["rebuild", "--data", folder]);
    expect((await npmRun("projector", folder, script)).code).to.equal(0);
    expect(await funnel(upgraded)).to.include({ created: 2, with_items: 2, submitted: 1, purchased: 0, abandoned: 0 });
    await addItem(upgraded, openCart, "item-2");
    await expectCart(upgraded, openCart, 3, { total_amount: 119.96 });
    const verified = await npmRun("projector", folder, "verify");
    expect(verified.said).to.match(/"aggregates":2,.*"differences":0,.*"needs_rebuild":false/);
    expect(verified.code).to.equal(0);
    await stop();
    expect((await untilStarted(startOn(folder))).said()).to.not.match(offer);
  });

  it("works with the previous release again after a rollback, which leaves the schema, and then with this one", async () => {
    const folder = join(root, "data");
    const upgraded = await untilStarted(startOn(folder));
    await addItem(upgraded, openCart, "item-1");
    await addItem(upgraded, submittedCart, "item-1");
    await expectCart(upgraded, submittedCart, 2, { status: "OPEN" });
    await stop();

    const rolledBack = await runCheckout(previousRelease, ["--data", folder]);
    await expectCart(rolledBack, openCart, 2, { status: "OPEN", total_amount: 59.98 });
    await addItem(rolledBack, openCart, "item-2");
    await expectCart(rolledBack, openCart, 3, { total_amount: 119.96 });
    await send(rolledBack, `/carts/${submittedCart}/submit`, {});
    await expectCart(rolledBack, submittedCart, 3, { status: "SUBMITTED" });
    await stop();

    const again = await untilStarted(startOn(folder));
    await addItem(again, openCart, "item-3");
    await expectCart(again, openCart, 4, { total_amount: 179.94 });
    expect(await funnel(again)).to.include({ created: 2, with_items: 2, submitted: 1 });
    const verified = await npmRun("projector", folder, "verify");
    expect(verified.said).to.match(/"aggregates":2,.*"differences":0,/);
    expect(verified.code).to.equal(0);
  });
}

const title = "data of an earlier release";
const missing = [firstSystem, previousRelease].filter((commit) => !hasCommit(commit));
if (missing.length > 0)
  console.log(`  skipped: ${title}, because this clone's history lacks ${missing.join(" and ")}: it is shallow, or no clone`);
else describe(title, upgradeSpec);
