import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { claimDataFolder } from "./claimDataFolder.ts";

/** A process that others take for a start. It claims each folder that it reads from stdin, prints the outcome, and keeps running. */
const starter = `
  import { createInterface } from "node:readline";
  import { claimDataFolder } from ${JSON.stringify(new URL("claimDataFolder.ts", import.meta.url).href)};
  createInterface({ input: process.stdin }).on("line", (folder) =>
    claimDataFolder(folder, () => undefined).then(() => console.log("claimed"), (error) => console.log(error.message)));
`;

const spawnStarter = () => {
  const args = ["--conditions=source", "--import", "tsx", "--input-type=module", "-e", starter, "--", "startCli.ts"];
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    claim: async (folder: string): Promise<string> => {
      child.stdin.write(`${folder}\n`);
      return String((await lines.next()).value);
    },
    end: async (): Promise<void> => {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
};

describe("the claim on a data folder", () => {
  let folder = "";
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "cart-claim-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const files = async (): Promise<string[]> => (await readdir(folder)).toSorted();
  const owner = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(folder, file), "utf8"));
  const report = (): void => undefined;

  it("can be given back and taken again", async () => {
    const giveBack = await claimDataFolder(folder, report);
    expect(await owner("owner.1.json")).to.have.property("starter", process.pid);
    await giveBack();
    expect(await owner("owner.1.json")).to.deep.equal({});
    await claimDataFolder(folder, report);
    expect(await files()).to.deep.equal(["owner.2.json"]);
  });

  for (const name of ["owner.json", "owner.7.json"]) {
    for (const [left, text] of [
      ["of a killed start", '{"starter":4194305,"watchdog":4194306}'],
      ["whose process id belongs to another program now", JSON.stringify({ starter: process.pid, watchdog: process.pid })],
      ["that is truncated", '{"starter":'],
    ] as const) {
      it(`replaces a claim ${left} (${name})`, async () => {
        await writeFile(join(folder, name), text);
        await claimDataFolder(folder, report);
        const next = name === "owner.json" ? "owner.1.json" : "owner.8.json";
        expect(await files()).to.deep.equal([next]);
        expect(await owner(next)).to.have.property("starter", process.pid);
      });
    }
  }

  it("has one winner among simultaneous starts, whatever an earlier start has left", async function () {
    this.timeout(60_000);
    const starters = Array.from({ length: 4 }, spawnStarter);
    try {
      for (let round = 0; round < 30; round++) {
        const contested = join(folder, String(round));
        await mkdir(contested);
        const left = [undefined, '{"starter":4194305,"watchdog":4194306}', '{"starter":'][round % 3];
        if (left !== undefined) await writeFile(join(contested, "owner.json"), left);
        const outcomes = await Promise.all(starters.map(({ claim }) => claim(contested)));
        expect(outcomes.filter((outcome) => outcome === "claimed")).to.have.length(1);
        for (const outcome of outcomes) expect(outcome).to.match(/^claimed$|^npm start already runs here \(process \d+\)/);
      }
    } finally {
      await Promise.all(starters.map(({ end }) => end()));
    }
  });
});
