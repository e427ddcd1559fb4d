import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findRunningSystem, recordSystem } from "./runningSystem.ts";

describe("the system that runs on a data folder", () => {
  let folder = "";
  const servers: Server[] = [];
  before(async () => (folder = await mkdtemp(join(tmpdir(), "cart-running-"))));
  after(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A service that says that it belongs to this start. */
  const serviceOf = async (instanceId: string): Promise<string> => {
    const server = createServer((_request, response) => response.setHeader("Instance-Id", instanceId).writeHead(503).end("{}"));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  };
  const system = async (...instanceIds: readonly string[]) => ({
    pid: 42,
    instanceId: "this start",
    mysqlUrl: "mysql://root:secret@127.0.0.1:3306",
    kafkaBrokers: ["127.0.0.1:9092"],
    services: Object.fromEntries(
      await Promise.all(instanceIds.map(async (id, index) => [`service-${index}`, await serviceOf(id)])),
    ) as Record<string, string>,
  });
  const failure = (): Promise<string> => findRunningSystem(folder).then(() => "found", String);

  it("is found while one of its services answers, even one that is not ready", async () => {
    const recorded = await system("another program", "this start");
    await recordSystem(folder, recorded);
    expect(await findRunningSystem(folder)).to.deep.equal(recorded);
  });

  it("has ended if other programs have its ports", async () => {
    await recordSystem(folder, await system("another program"));
    expect(await failure()).to.equal(`UserError: no system runs on ${folder}: the start that used it (process 42) has ended`);
  });

  it("has ended if nothing answers on its ports", async () => {
    await recordSystem(folder, { ...(await system()), services: { "query-api": "http://127.0.0.1:1" } });
    expect(await failure()).to.contain("has ended");
  });

  it("does not run if it forgot itself, or its file is damaged", async () => {
    const forget = await recordSystem(folder, await system("this start"));
    await forget();
    expect(await failure()).to.equal(`UserError: no system runs on ${folder}`);
    await writeFile(join(folder, "running.json"), '{"pid":');
    expect(await failure()).to.equal(`UserError: no system runs on ${folder}`);
  });

  it("is recorded for this user only, because MySQL's URL has a password", async () => {
    await writeFile(join(folder, "running.json"), "{}", { mode: 0o644 });
    await recordSystem(folder, await system());
    expect((await stat(join(folder, "running.json"))).mode & 0o777).to.equal(0o600);
  });
});
