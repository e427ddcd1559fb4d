import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { useS3 } from "@cart/testkit";
import { expect } from "chai";
import { maxObjectBytes, type ObjectStorage, ObjectTooLargeError } from "./objectStorage.ts";
import { openObjectStorage } from "./openObjectStorage.ts";

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "resolved",
    (error: unknown) => error,
  );

/** What every storage promises. */
const keepsPromises = (open: () => ObjectStorage): void => {
  let storage: ObjectStorage;
  beforeEach(() => (storage = open()));
  afterEach(() => storage.close());
  const content = randomBytes(300_000);

  it("returns the stored bytes and their number, and nothing for a key without an object", async () => {
    expect(await storage.put("carts/t-shop/1.gz", content)).to.equal(true);
    expect((await storage.get("carts/t-shop/1.gz"))?.equals(content)).to.equal(true);
    expect(await storage.head("carts/t-shop/1.gz")).to.deep.equal({ bytes: 300_000 });
    expect([await storage.get("carts/t-shop/2.gz"), await storage.head("carts/t-shop/2.gz")]).to.deep.equal([undefined, undefined]);
  });

  it("never replaces an object, whoever of several writers is first", async () => {
    const contents = Array.from({ length: 8 }, () => randomBytes(50_000));
    const stored = await Promise.all(contents.map((one) => storage.put("carts/race.gz", one)));
    expect(stored.filter((isNew) => isNew)).to.have.lengthOf(1);
    expect((await storage.get("carts/race.gz"))?.equals(contents[stored.indexOf(true)] ?? Buffer.alloc(0))).to.equal(true);
    expect(await storage.put("carts/race.gz", content)).to.equal(false);
  });

  it("deletes an object, and takes a missing one for deleted", async () => {
    await storage.put("carts/old.gz", content);
    await storage.delete("carts/old.gz");
    await storage.delete("carts/old.gz");
    expect(await storage.get("carts/old.gz")).to.equal(undefined);
    expect(await storage.put("carts/old.gz", content)).to.equal(true);
  });

  it("refuses a key that leaves the storage's root, and an object above its limit", async () => {
    for (const key of ["", "/a", "a//b", "../a", "a/../b", "a/.b", "a/ü", "a\n", "a".repeat(256), "a/".repeat(401) + "a"])
      expect(await failureOf(storage.put(key, content)), JSON.stringify(key)).to.match(/is not valid/);
    expect(await failureOf(storage.put("large", new Uint8Array(maxObjectBytes + 1)))).to.be.instanceOf(ObjectTooLargeError);
    expect(await storage.head("large")).to.equal(undefined);
  });
};

describe("object storages", () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "object-storage-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  describe("a folder", () => {
    let root: string;
    beforeEach(async () => (root = await mkdtemp(join(folder, "root-"))));
    keepsPromises(() => openObjectStorage(pathToFileURL(root).href));

    it("leaves nothing but whole objects under their names, whatever a killed process has left", async () => {
      const storage = openObjectStorage(pathToFileURL(join(root, "deep/down")).href);
      await storage.put("a/b.gz", Buffer.from("whole"));
      await writeFile(join(root, "deep/down/a/.b.gz.partial"), "who");
      expect(await storage.get("a/b.gz")).to.deep.equal(Buffer.from("whole"));
      expect((await readdir(join(root, "deep/down/a"))).toSorted()).to.deep.equal([".b.gz.partial", "b.gz"]);
    });

    it("does not read a file above the limit into memory", async () => {
      const storage = openObjectStorage(pathToFileURL(root).href);
      await storage.put("large", Buffer.from("small"));
      await truncate(join(root, "large"), maxObjectBytes + 1);
      expect(await failureOf(storage.get("large"))).to.be.instanceOf(ObjectTooLargeError);
    });
  });

  describe("S3's API", () => {
    const server = useS3();
    let prefixes = 0;
    keepsPromises(() => openObjectStorage(server.url(`some/prefix-${(prefixes += 1)}`)));

    it("fails for a bucket that does not exist", async () => {
      const storage = openObjectStorage(server.url("", "absent"));
      expect(await failureOf(storage.put("a.gz", Buffer.from("content")))).to.have.property("name", "NoSuchBucket");
      expect(await failureOf(storage.get("a.gz"))).to.have.property("name", "NoSuchBucket");
      storage.close();
    });

    it("is told the SHA-256 of each object, its place below the prefix, and to replace nothing", async () => {
      const requests: IncomingMessage[] = [];
      const recorder = createServer((request, response) => {
        requests.push(request);
        request.resume().on("end", () => response.end());
      });
      await new Promise<void>((resolve) => recorder.listen(0, "127.0.0.1", resolve));
      const address = recorder.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const storage = openObjectStorage(`s3://bucket/shop/?endpoint=http://127.0.0.1:${port}`);
      const content = Buffer.from("content");
      await storage.put("a/b.gz", content);
      const [request] = requests;
      expect([request?.method, request?.url?.split("?")[0]]).to.deep.equal(["PUT", "/bucket/shop/a/b.gz"]);
      expect(request?.headers).to.include({
        "x-amz-checksum-sha256": createHash("sha256").update(content).digest("base64"),
        "if-none-match": "*",
      });
      storage.close();
      recorder.close();
    });
  });

  for (const url of ["", "archive", "file:relative", "http://host/bucket", "s3:///prefix", "s3://bucket?colour=red"])
    it(`refuses the URL ${JSON.stringify(url)}`, () => expect(() => openObjectStorage(url)).to.throw(/expected file:\/\/\/folder/));
});
