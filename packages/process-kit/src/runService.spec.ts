import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { type Static, Type } from "typebox";
import { Parse } from "typebox/value";

const lineSchema = Type.Object({ msg: Type.String(), level: Type.Optional(Type.Integer()), err: Type.Optional(Type.Unknown()) });
const parseLine = (line: unknown): Static<typeof lineSchema> => Parse(lineSchema, line);

/** A service in a process of its own: the body of its `start`, in JavaScript, where `say` writes a line that the spec sees. */
const startService = (start: string, env: Record<string, string> = {}) => {
  const program = `
    import { Type } from "typebox";
    import { commonConfig } from ${JSON.stringify(new URL("config/configSchema.ts", import.meta.url))};
    import { runService } from ${JSON.stringify(new URL("runService.ts", import.meta.url))};
    setInterval(() => {}, 1000); // Stands for the sockets of a real service, which keep its process alive.
    const say = (msg) => console.log(JSON.stringify({ msg }));
    await runService({
      name: "kit",
      config: Type.Object({ ...commonConfig, SIZE: Type.Integer({ default: 1, description: "size of a batch" }) }),
      start: async ({ config, logger, registry, stopping, onStop, fail }) => { ${start} },
    });`;
  const child = spawn(process.execPath, ["--import=tsx", "--input-type=module", "--eval", program], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return observe(child);
};

const observe = (child: ChildProcess) => {
  const lines: ReturnType<typeof parseLine>[] = [];
  const waiting = new Map<string, () => void>();
  let stderr = "";
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  if (child.stdout === null) throw new Error("the child has no standard output");
  createInterface(child.stdout).on("line", (text) => {
    const line = parseLine(JSON.parse(text));
    lines.push(line);
    waiting.get(line.msg)?.();
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));

  return {
    /** Resolves when the line has been written; fails when the process ends without it. */
    line: async (msg: string): Promise<void> => {
      if (lines.some((line) => line.msg === msg)) return;
      const seen = new Promise<void>((resolve) => waiting.set(msg, resolve));
      const ended = closed.then(() => {
        throw new Error(`the process ended without "${msg}": ${JSON.stringify(lines)} ${stderr}`);
      });
      await Promise.race([seen, ended]);
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: async () => {
      const code = await closed;
      return { code, lines, said: lines.map((line) => line.msg), fatal: lines.filter((line) => line.level === 60), stderr };
    },
  };
};

const twoResources = `
  onStop("database", () => say("database closed"));
  onStop("server", async () => { await null; say("server closed, stopping: " + stopping.aborted); });`;

describe("runService", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`closes in reverse order on ${signal} and exits with 0`, async () => {
      const service = startService(twoResources);
      await service.line("started");
      service.kill(signal);
      const { code, said, stderr } = await service.ended();
      expect(said).to.deep.equal(["started", "stopping", "server closed, stopping: true", "database closed", "stopped"]);
      expect([code, stderr]).to.deep.equal([0, ""]);
    });
  }

  it("stops while it is still starting", async () => {
    const service = startService(`${twoResources} logger.info("waiting"); await new Promise(() => {});`);
    await service.line("waiting");
    service.kill("SIGTERM");
    const { code, said } = await service.ended();
    expect(said).to.include.members(["server closed, stopping: true", "database closed", "stopped"]);
    expect(code).to.equal(0);
  });

  it("prints a bad configuration on standard error and exits with 1", async () => {
    const { code, lines, stderr } = await startService("", { SIZE: "big", LOG_LEVEL: "loud" }).ended();
    expect(stderr.split("\n")).to.deep.equal([
      "invalid configuration",
      '  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent but is "loud": least severe level that is logged (default info)',
      '  SIZE must be integer but is "big": size of a batch (default 1)',
      "",
    ]);
    expect([code, lines]).to.deep.equal([1, []]);
  });

  it("closes what was opened when the start fails, and exits with 1", async () => {
    const service = startService(`${twoResources} throw new Error("no database", { cause: new Error("refused") });`);
    const { code, said, fatal } = await service.ended();
    expect(said.slice(1)).to.deep.equal(["server closed, stopping: true", "database closed", "stopped"]);
    expect(fatal).to.have.length(1);
    expect(fatal[0]).to.have.nested.property("err.message", "no database");
    expect(fatal[0]).to.have.nested.property("err.cause.message", "refused");
    expect(code).to.equal(1);
  });

  it("stops and exits with 1 when a worker fails", async () => {
    const service = startService(`${twoResources} setImmediate(() => fail(new Error("lost the lease")));`);
    const { code, said, fatal } = await service.ended();
    expect(said).to.include.members(["server closed, stopping: true", "database closed"]);
    expect(fatal.map((line) => line["err"])).to.have.nested.property("[0].message", "lost the lease");
    expect(code).to.equal(1);
  });

  it("closes the remaining resources when one fails to close, and exits with 1", async () => {
    const service = startService(`${twoResources} onStop("consumer", () => { throw new Error("disconnected"); });`);
    await service.line("started");
    service.kill("SIGTERM");
    const { code, said } = await service.ended();
    expect(said.slice(2)).to.deep.equal(['"consumer" failed to stop', "server closed, stopping: true", "database closed", "stopped"]);
    expect(code).to.equal(1);
  });

  const hanging = `${twoResources} onStop("consumer", () => new Promise(() => logger.info("closing")));`;

  it("names the resource that hangs past the time limit, and exits with 1", async () => {
    const service = startService(hanging, { SHUTDOWN_TIMEOUT_MS: "50" });
    await service.line("started");
    service.kill("SIGTERM");
    const { code, fatal } = await service.ended();
    expect(fatal).to.have.length(1);
    expect(fatal[0]).to.deep.include({
      msg: '"consumer" did not stop within 50 ms',
      hung: "consumer",
      not_closed: ["server", "database"],
    });
    expect(code).to.equal(1);
  });

  it("exits at once with 1 on a second signal", async () => {
    const service = startService(hanging, { SHUTDOWN_TIMEOUT_MS: "600000" });
    await service.line("started");
    service.kill("SIGTERM");
    await service.line("closing");
    service.kill("SIGINT");
    const { code, said } = await service.ended();
    expect(said.at(-1)).to.equal("second signal, exiting at once");
    expect(code).to.equal(1);
  });

  const uncaught: readonly [string, string][] = [
    ["an uncaught exception", `setImmediate(() => { throw new Error("defect"); });`],
    ["an unhandled rejection", `void Promise.reject(new Error("defect"));`],
  ];
  for (const [name, defect] of uncaught) {
    it(`exits with 1 and one fatal line on ${name}`, async () => {
      const { code, fatal, stderr } = await startService(`${twoResources} ${defect}`).ended();
      expect(fatal).to.have.length(1);
      expect(fatal[0]).to.have.nested.property("err.message", "defect");
      expect([code, stderr]).to.deep.equal([1, ""]);
    });
  }
});
