import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { expect } from "chai";
import { type RunningStart, startOn } from "./runningStart.ts";

describe("npm run dev", function () {
  this.timeout(300_000);
  let folder = "";
  let start: RunningStart | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cart-dev-"));
    start = await startOn(folder, {}, ["--watch"]);
    await start.untilItSays(/Ready after/);
  });
  after(async () => {
    start?.interrupt();
    await start?.exitCode;
    await rm(folder, { recursive: true, force: true });
  });

  /** Saves a file without a change of its content, as vim does: the new file is renamed over the old one. */
  const saveByRename = async (path: string): Promise<void> => {
    const file = join(repositoryRoot, path);
    await copyFile(file, `${file}.saved`);
    await rename(`${file}.saved`, file);
  };

  it("restarts a service after each save by rename of a file that it uses, and no other service", async () => {
    for (let saves = 1; saves <= 3; saves += 1) {
      await saveByRename("packages/http-kit/src/route/route.ts");
      for (const service of ["command-api", "query-api"]) {
        await start?.untilItSays(
          new RegExp(`(?:${service} starts again because packages/http-kit/src/route/route\\.ts has changed[^]*){${saves}}`),
        );
      }
    }
    expect(start?.said()).to.not.contain("outbox-relay starts again");
  });
});
