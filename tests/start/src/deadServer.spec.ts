import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startOn } from "./runningStart.ts";

/** The process whose command line contains the text. */
const processWith = async (text: string): Promise<number> => {
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(text)) return Number(pid);
  }
  throw new Error(`no process has ${text} in its command line`);
};

describe("a server that dies under a running start", function () {
  this.timeout(300_000);
  let folder = "";
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "cart-dead-server-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  for (const [name, argument] of [
    ["MySQL", "--pid-file="],
    ["Kafka", ""],
  ] as const) {
    it(`ends it with the reason: ${name}`, async () => {
      const start = await startOn(folder);
      await start.untilItSays(/Ready after/);
      const ready = start.said().length;
      const file = name === "MySQL" ? "mysql.pid" : "kafka.properties";
      process.kill(await processWith(`${argument}${join(folder, file)}`), "SIGKILL");
      expect(await start.exitCode).to.equal(1);
      const said = start.said().slice(ready).trim().split("\n");
      const death = `✘ ${name} ended (SIGKILL); its log: ${join(folder, "logs", `${name.toLowerCase()}.log`)}`;
      expect(said).to.include(death);
      // What the services say about the missing server, while they are stopped, stays in their logs.
      expect(said.slice(said.indexOf(death)).filter((line) => /ECONNREFUSED/.test(line))).to.deep.equal([]);
      expect(said.length).to.be.lessThan(20);
      await expectNothingLeft(folder);
    });
  }
});

const expectNothingLeft = async (folder: string): Promise<void> => {
  const failure = await processWith(folder).then(
    (pid) => `process ${pid} was left behind`,
    () => "nothing",
  );
  expect(failure).to.equal("nothing");
};
