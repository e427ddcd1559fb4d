import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { mysqlIdentity, waitUntil } from "@cart/tools/own-servers";
import { expect } from "chai";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { portOf, startOn } from "./runningStart.ts";

describe("Ctrl-C and what is in the way of a start", function () {
  this.timeout(300_000);
  let folder = "";
  before(async () => (folder = await mkdtemp(join(tmpdir(), "cart-interrupted-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  /** A PATH on which the build writes a file and hangs. */
  const hangingBuild = async (): Promise<{ readonly PATH: string; readonly started: string }> => {
    const [bin, started] = [join(folder, "bin"), join(folder, "build-started")];
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "turbo"), `#!/bin/sh\ntouch ${started}\nsleep 600\n`);
    await chmod(join(bin, "turbo"), 0o755);
    return { PATH: `${bin}${delimiter}${process.env["PATH"]}`, started };
  };

  it("ends a start while the packages are built", async () => {
    const { PATH, started } = await hangingBuild();
    const start = await startOn(join(folder, "data"), { PATH });
    await waitUntil("the build", 60, async () => {
      if (!existsSync(started)) throw new Error(start.said());
    });
    start.interrupt();
    expect(await start.exitCode).to.equal(0);
    expect(start.said()).to.not.match(/✘|✔ MySQL|migrations/);
  });

  it("ends a start while it migrates, and the next start works", async () => {
    const start = await startOn(join(folder, "data"));
    await start.untilItSays(/✔ MySQL/);
    // Kafka needs longer than this, so the migrations have not begun.
    const url = `mysql://root@127.0.0.1:${portOf("MySQL", start.said())}`;
    const holder = await createConnection(url);
    const [rows] = await holder.query<RowDataPacket[]>(
      "SELECT GET_LOCK(CONCAT('migrations:', LEFT(SHA2('eventstore', 256), 40)), 25) AS taken",
    );
    expect(rows).to.deep.equal([{ taken: 1 }]);
    await start.untilItSays(/… migrations applied/);
    expect(start.said()).to.not.contain("✔ migrations applied");
    start.interrupt();
    expect(await start.exitCode).to.equal(0);
    expect(start.said()).to.not.match(/✘/);
    holder.destroy();
    await mysqlIdentity(url).then(
      () => expect.fail("MySQL was left running"),
      () => undefined,
    );

    const next = await startOn(join(folder, "data"));
    await next.untilItSays(/Ready after/);
    next.interrupt();
    expect(await next.exitCode).to.equal(0);
  });

  it("names every taken port, and a MySQL and a Java that are missing and cannot be fetched, before it builds", async () => {
    const { PATH, started } = await hangingBuild();
    await rm(started, { force: true });
    const servers = [createServer(), createServer()];
    const ports = await Promise.all(
      servers.map((server) => new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve(addressOf(server.address()))))),
    );
    const withoutJava = join(folder, "no-java");
    await mkdir(withoutJava, { recursive: true });
    const start = await startOn(join(folder, "data"), {
      PATH: `${PATH.split(delimiter)[0]}${delimiter}${withoutJava}`,
      JAVA_HOME: "",
      COMMAND_API_PORT: String(ports[0]),
      PROJECTOR_PORT: String(ports[1]),
    });
    expect(await start.exitCode).to.equal(1);
    for (const server of servers) server.close();
    const lines = start.said().split("\n");
    expect(lines.filter((line) => line.startsWith("✘"))).to.have.length(4);
    expect(lines[0]).to.contain(`✘ port ${ports[0]} of command-api is in use`);
    expect(lines[1]).to.contain(`✘ port ${ports[1]} of projector is in use`);
    expect(lines[2]).to.contain("✘ MySQL is not installed, and cannot be fetched (apt-get is not on the PATH");
    expect(lines[3]).to.contain(
      "✘ Kafka needs Java 17 or newer, but none is installed, and none can be fetched (apt-get is not on the PATH",
    );
    expect(existsSync(started)).to.equal(false);
  });

  it("names every unknown option and taken port before it builds", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve(addressOf(server.address()))));
    const start = await startOn(join(folder, "data"), { QUERY_API_PORT: String(port) }, ["--foo", "bar"]);
    expect(await start.exitCode).to.equal(1);
    server.close();
    expect(start.said().split("\n")).to.deep.equal([
      "✘ Unknown option '--foo': npm start -- --help lists the options",
      "✘ Unexpected argument 'bar': npm start -- --help lists the options",
      `✘ port ${port} of query-api is in use by another program: stop that program, or set QUERY_API_PORT to a free port`,
    ]);
  });
});

const addressOf = (address: ReturnType<ReturnType<typeof createServer>["address"]>): number =>
  typeof address === "object" && address !== null ? address.port : 0;
