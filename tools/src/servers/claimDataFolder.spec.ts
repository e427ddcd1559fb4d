import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { claimDataFolder } from "./claimDataFolder.ts";

describe("the claim on a data folder", () => {
  let folder = "";
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "cart-claim-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const owner = (): Promise<string> => readFile(join(folder, "owner.json"), "utf8");
  const report = (): void => undefined;

  it("is given back", async () => {
    const giveBack = await claimDataFolder(folder, report);
    expect(JSON.parse(await owner())).to.have.property("starter", process.pid);
    await giveBack();
    expect(await owner().catch(() => "none")).to.equal("none");
  });

  for (const [left, text] of [
    ["of a start that was killed", '{"starter":4194305,"watchdog":4194306}'],
    ["whose process number another program has now", JSON.stringify({ starter: process.pid, watchdog: process.pid })],
    ["that was cut short", '{"starter":'],
  ] as const) {
    it(`replaces one ${left}`, async () => {
      await writeFile(join(folder, "owner.json"), text);
      await claimDataFolder(folder, report);
      expect(JSON.parse(await owner()))
        .to.have.property("watchdog")
        .that.is.not.oneOf([4194306, process.pid]);
    });
  }
});
