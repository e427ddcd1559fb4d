import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { npmRun } from "./npmRun.ts";
import { type RunningStart, startOn } from "./runningStart.ts";

describe("the commands of the documents", function () {
  this.timeout(300_000);
  let folder = "";
  let start: RunningStart | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cart-commands-"));
    start = await startOn(folder);
    await start.untilItSays(/Ready after/);
  });
  after(async () => {
    start?.interrupt();
    await start?.exitCode;
    await rm(folder, { recursive: true, force: true });
  });

  it("get MySQL's URL and the brokers from what the start says", () => {
    expect(start?.said()).to.match(/mysql:\/\/root@127\.0\.0\.1:\d+ +MySQL/);
    expect(start?.said()).to.match(/127\.0\.0\.1:\d+ +Kafka/);
  });

  const commands: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["projector", ["verify"], /"differences":0/],
    ["projector", ["rebuild"], /"step":"done"/],
    ["projector", ["dead-letters", "list"], /^$/],
    ["outbox-relay", ["list-failed"], /^$/],
    ["outbox-relay", ["retry", "--all"], /^0 failed rows/],
    ["migrate:status", [], /abandonment: applied/],
    ["migrate:eventstore:status", [], /eventstore: applied/],
    ["migrate:up", [], /eventstore: nothing to do/],
  ];
  for (const [script, args, said] of commands) {
    it(`run as written: npm run ${script} ${args.length === 0 ? "" : "-- "}${args.join(" ")}`, async () => {
      const outcome = await npmRun(script, folder, ...args);
      expect(outcome.said.trim()).to.match(said);
      expect(outcome.code).to.equal(0);
    });
  }

  it("do not revert a migration without a yes", async () => {
    const refused = await npmRun("migrate:abandonment:down", folder);
    expect(refused.code).to.equal(1);
    expect(refused.said).to.contain("Add --yes");
    expect((await npmRun("migrate:abandonment:status", folder)).said).to.not.contain("pending");
  });

  it("say that no system runs after the start has ended, even if it was killed", async () => {
    if (start === undefined) throw new Error("unreachable");
    process.kill(start.pid, "SIGKILL");
    await start.exitCode;
    const ended = await npmRun("projector", folder, "verify");
    expect(ended.code).to.equal(1);
    expect(ended.said).to.contain("✘ no system runs on");
    expect(ended.said).to.contain("Run npm start in another terminal, or set EVENTSTORE_URL and READMODEL_URL");
    const next = await startOn(folder);
    start = next;
    await next.untilItSays(/Ready after/);
    next.interrupt();
    await next.exitCode;
    expect((await npmRun("outbox-relay", folder, "list-failed")).said).to.contain(`no system runs on ${folder}`);
  });
});
