import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "@cart/tools/own-servers";
import { expect } from "chai";
import { npmRun } from "./npmRun.ts";
import { type RunningStart, startOn } from "./runningStart.ts";

const cart = "550e8400-e29b-41d4-a716-446655440000";
const git = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)("git", args, { cwd: repositoryRoot })).stdout.trim();

/** The newest release before this one, or the first commit with this version while there is no earlier release. */
const findPreviousRelease = async (): Promise<string> => {
  const tag = await git("describe", "--tags", "--match", "v*", "--abbrev=0", "HEAD~1").catch(() => "");
  const version = (JSON.parse(await git("show", "HEAD:package.json")) as { readonly version: string }).version;
  const commits = await git("log", "--format=%H", `-S"version": "${version}"`, "--", "package.json");
  const previous = tag === "" ? commits.split("\n").at(-1) : tag;
  if (previous === undefined || previous === "") throw new Error("the history has no earlier release: fetch all of it with its tags");
  return previous;
};

describe("a rollback to the previous release", function () {
  this.timeout(1_200_000);
  let root = "";
  let checkout = "";
  let start: RunningStart | undefined;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "cart-rollback-"));
    checkout = join(root, "previous");
    await git("worktree", "add", "--detach", checkout, await findPreviousRelease());
  });
  const stop = async (): Promise<void> => {
    start?.interrupt();
    expect(await start?.exitCode).to.be.oneOf([0, undefined]);
    start = undefined;
  };
  after(async () => {
    await stop();
    await git("worktree", "remove", "--force", checkout);
    await rm(root, { recursive: true, force: true });
  });

  const run = async (from?: string): Promise<RunningStart> => {
    start = await startOn(join(root, "data"), {}, [], from);
    await start.untilItSays(/Ready after/, 900);
    return start;
  };
  const add = async ({ commandApi, queryApi }: RunningStart, item: string, version: number): Promise<void> => {
    const answer = await fetch(`${commandApi}/additem/${cart}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user_id: "user-123", item_id: item, quantity: 2, price: 29.99 }),
    });
    expect(answer.status).to.equal(200);
    const shown = await fetch(`${queryApi}/carts/${cart}?min_version=${version}`);
    expect(shown.status).to.equal(200);
    expect(((await shown.json()) as { readonly items: unknown[] }).items).to.have.length(version - 1);
  };

  it("keeps its schema and works, and so does this release after it", async () => {
    await add(await run(), "first", 2);
    await stop();
    await add(await run(checkout), "second", 3);
    await stop();
    await add(await run(), "third", 4);
    const verified = await npmRun("projector", join(root, "data"), "verify");
    expect(verified.said).to.contain('"differences":0');
    expect(verified.code).to.equal(0);
  });
});
