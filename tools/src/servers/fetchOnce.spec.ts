import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fetchOnce } from "./fetchOnce.ts";

describe("fetching into the cache", () => {
  let cache = "";
  beforeEach(async () => (cache = await mkdtemp(join(tmpdir(), "cart-fetch-"))));
  afterEach(() => rm(cache, { recursive: true, force: true }));
  const write = (text: string) => (folder: string) => writeFile(join(folder, "file"), text);

  it("happens only once", async () => {
    const first = await fetchOnce("server", write("first"), cache);
    expect(await fetchOnce("server", write("second"), cache)).to.equal(first);
    expect(await readFile(join(first, "file"), "utf8")).to.equal("first");
  });

  it("leaves nothing in the cache if it fails", async () => {
    const error = await fetchOnce("server", () => Promise.reject(new Error("no network")), cache).catch((reason: unknown) => reason);
    expect(error).to.have.property("message", "no network");
    expect(await readdir(cache)).to.deep.equal([]);
  });

  it("returns the same whole folder to two concurrent callers", async () => {
    const folders = await Promise.all([fetchOnce("server", write("one"), cache), fetchOnce("server", write("two"), cache)]);
    expect(new Set(folders).size).to.equal(1);
    expect(await readdir(cache)).to.deep.equal(["server"]);
  });

  it("removes the partial folder of a killed process, but not that of a running one", async () => {
    const abandoned = "server.partial-4194305-AbCdEf"; // No system has a process with this id.
    const running = `server.partial-${process.pid}-AbCdEf`;
    for (const folder of [abandoned, running]) await mkdir(join(cache, folder));
    await fetchOnce("server", write("first"), cache);
    expect((await readdir(cache)).toSorted()).to.deep.equal(["server", running]);
  });
});
