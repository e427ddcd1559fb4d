import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { reasonIn, runProgram } from "./runProgram.ts";

describe("a program that npm start runs", () => {
  let folder = "";
  before(async () => (folder = await mkdtemp(join(tmpdir(), "cart-program-"))));
  after(() => rm(folder, { recursive: true, force: true }));
  const run = (script: string, signal = new AbortController().signal): Promise<string> =>
    runProgram({
      what: "the migrations",
      command: [process.execPath, "-e", script],
      cwd: folder,
      env: {},
      logFolder: folder,
      signal,
    }).then(
      () => "done",
      (error: unknown) => String(error),
    );

  it("ends successfully", async () => {
    expect(await run("console.log('applied')")).to.equal("done");
  });

  it("reports why it failed, and the file with its full output", async () => {
    const failure = await run("console.error('migrate: the lock is taken'); process.exit(1)");
    expect(failure).to.contain("the migrations failed (exit code 1): migrate: the lock is taken (full output: ");
    expect(await readFile(join(folder, "the-migrations.log"), "utf8")).to.equal("migrate: the lock is taken\n");
  });

  it("gives an uncaught error as the reason, not the version of Node.js after it", async () => {
    expect(await run("throw new TypeError('no such table: events')")).to.contain("TypeError: no such table: events (full output");
  });

  it("is ended, with everything that it started, when the start is aborted", async () => {
    const abort = new AbortController();
    const script = "require('node:child_process').spawnSync(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'])";
    const outcome = run(script, abort.signal);
    abort.abort();
    expect(await outcome).to.contain("were stopped");
    expect(await run("", abort.signal)).to.contain("stopped before the migrations");
  });

  it("has a reason for its failure whatever it printed", () => {
    expect(reasonIn("")).to.equal("no output");
    expect(reasonIn("first\nlast\n\n")).to.equal("last");
    expect(reasonIn("/a/b.js:1\n\nError: connect ECONNREFUSED 127.0.0.1:1\n    at x\n\nNode.js v20.20.2\n")).to.equal(
      "Error: connect ECONNREFUSED 127.0.0.1:1",
    );
    expect(reasonIn("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'a'\n  at x {\n  code: 'X'\n}\n\nNode.js v24.1.0")).to.equal(
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'a'",
    );
  });
});
