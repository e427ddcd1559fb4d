import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fetchJars, findMavenMirror } from "./fetchJars.ts";

describe("fetching jars", () => {
  let folder = "";
  let server: Server | undefined;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "cart-jars-"))));
  afterEach(async () => {
    delete process.env["MAVEN_MIRROR"];
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const jars = [["org.example.some:first:1.2", createHash("sha256").update("a jar").digest("hex")]] as const;
  const serve = async (answer: RequestListener): Promise<void> => {
    server = createServer(answer);
    const port = await new Promise<number>((resolve) => {
      server?.listen(0, "127.0.0.1", () => {
        const address = server?.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    process.env["MAVEN_MIRROR"] = `http://127.0.0.1:${port}/mirror`;
  };
  const failure = (signal?: AbortSignal): Promise<string> => fetchJars(jars, folder, signal).then(() => "fetched", String);

  it("takes each from the path that Maven gives it, from the named mirror", async () => {
    const asked: unknown[] = [];
    await serve(({ url }, response) => {
      asked.push(url);
      response.end("a jar");
    });
    await fetchJars(jars, folder);
    expect(asked).to.deep.equal(["/mirror/org/example/some/first/1.2/first-1.2.jar"]);
    expect(await readdir(folder)).to.deep.equal(["first-1.2.jar"]);
    expect(await readFile(join(folder, "first-1.2.jar"), "utf8")).to.equal("a jar");
  });

  it("tries again if an answer fails or is cut off", async () => {
    let requests = 0;
    await serve((_request, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(503).end();
      else if (requests === 2) response.writeHead(200, { "Content-Length": 5 }).write("a j", () => response.destroy());
      else response.end("a jar");
    });
    await fetchJars(jars, folder);
    expect(await readFile(join(folder, "first-1.2.jar"), "utf8")).to.equal("a jar");
  });

  it("refuses another file than the one that was pinned", async () => {
    await serve((_request, response) => response.end("another jar"));
    expect(await failure()).to.match(/org\.example\.some:first:1\.2 could not be fetched from 127\.0\.0\.1:\d+: its SHA-256 is not/);
  });

  it("gives up an answer without an end", async () => {
    await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once("drain", write);
      };
      write();
    });
    expect(await failure()).to.contain("the answer has more than 67108864 bytes");
  });

  it("ends when it is aborted", async () => {
    const abort = new AbortController();
    await serve(() => abort.abort());
    expect(await failure(abort.signal)).to.contain("could not be fetched");
  });
});

describe("the mirror in Maven's settings", () => {
  const mirror = (of: string, url: string): string => `<mirror><id>m</id><mirrorOf>${of}</mirrorOf>\n<url> ${url} </url></mirror>`;

  it("is the first one of Maven Central or of every repository", () => {
    const url = "https://mirror.example/a?b=1&c=2";
    for (const of of ["central", "*", "external:*", "other, central", "*,!snapshots"]) {
      const settings = `<settings><mirrors>${mirror("other", "https://other.example")}${mirror(of, url.replace("&", "&amp;"))}</mirrors></settings>`;
      expect(findMavenMirror(settings), of).to.equal(url);
    }
  });

  it("is none if no mirror is one of Maven Central", () => {
    for (const of of ["other", "*,!central", ""]) expect(findMavenMirror(mirror(of, "https://m.example")), of).to.equal(undefined);
    expect(findMavenMirror(`<!-- ${mirror("central", "https://m.example")} -->`)).to.equal(undefined);
    expect(findMavenMirror("")).to.equal(undefined);
  });
});
