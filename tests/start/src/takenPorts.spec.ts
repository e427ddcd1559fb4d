import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kafkaIdentity, mysqlIdentity, type ServerPlan, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";
import { expect } from "chai";
import getPort from "get-port";

/** Chooses these ports first, whoever uses them: what a start sees that loses the race for a port it found free. */
const choosing = (...ports: readonly number[]) => {
  const left = [...ports];
  return async (): Promise<number> => left.shift() ?? getPort();
};

describe("a start that loses its port to another program", function () {
  this.timeout(120_000);
  let root = "";
  let ports = { mysql: 0, kafka: 0, kafkaController: 0 };
  const toStop: (() => Promise<void>)[] = [];
  const reported: string[] = [];
  const plan = (name: string, more: Partial<ServerPlan> = {}): ServerPlan => ({
    folder: join(root, name),
    keep: false,
    report: (line) => reported.push(line),
    ...more,
  });

  before("another checkout's servers run", async () => {
    root = await mkdtemp(join(tmpdir(), "cart-taken-ports-"));
    ports = { mysql: await getPort(), kafka: await getPort(), kafkaController: await getPort() };
    const other = plan("other", { ports });
    const startOther = () => Promise.all([startOwnMysql(other), startOwnKafka(other)]);
    // The copy is taken while they are stopped: one of running servers may not be consistent, and does not always start.
    await Promise.all((await startOther()).map(({ stop }) => stop()));
    for (const server of ["mysql", "kafka"]) await cp(join(root, "other", server), join(root, "second", server), { recursive: true });
    toStop.push(...(await startOther()).map(({ kill }) => kill));
  });
  afterEach(() => (reported.length = 0));
  after(async () => {
    await Promise.all(toStop.map((stop) => stop()));
    await rm(root, { recursive: true, force: true });
  });

  it("gets a MySQL of its own on another port, even on a copy of the other's data", async () => {
    const own = await startOwnMysql(plan("second", { choosePort: choosing(ports.mysql) }));
    toStop.push(own.kill);
    expect((await mysqlIdentity(own.url)).datadir).to.equal(`${join(root, "second/mysql")}/`);
    expect(Number(new URL(own.url).port)).to.not.equal(ports.mysql);
    expect(reported.join("\n")).to.contain("another program has taken a port of MySQL");
  });

  it("gets a Kafka of its own on another port, even on a copy of the other's data", async () => {
    const own = await startOwnKafka(plan("second", { choosePort: choosing(ports.kafka) }));
    toStop.push(own.kill);
    const ownPort = Number(own.brokers[0]?.split(":")[1]);
    expect(ownPort).to.not.equal(ports.kafka);
    const [ownBroker, other] = [await kafkaIdentity("127.0.0.1", ownPort), await kafkaIdentity("127.0.0.1", ports.kafka)];
    expect(ownBroker.clusterId).to.equal(other.clusterId); // the copy
    expect(ownBroker.racks).to.not.deep.equal(other.racks);
    expect(reported.join("\n")).to.contain("another program has taken a port of Kafka");
  });

  it("gets a Kafka of its own when only the controller's port is taken", async () => {
    const own = await startOwnKafka(plan("third", { choosePort: choosing(await getPort(), ports.kafkaController) }));
    toStop.push(own.kill);
    const ownPort = Number(own.brokers[0]?.split(":")[1]);
    expect((await kafkaIdentity("127.0.0.1", ownPort)).clusterId).to.be.a("string");
    expect((await kafkaIdentity("127.0.0.1", ownPort)).clusterId).to.not.equal((await kafkaIdentity("127.0.0.1", ports.kafka)).clusterId);
    expect(reported.join("\n")).to.contain("another program has taken a port of Kafka");
  });

  it("fails when it was told the port, and does not take the other's server for its own", async () => {
    const failure = (start: Promise<unknown>): Promise<string> => start.then(() => "it started", String);
    expect(await failure(startOwnMysql(plan("fourth", { ports })))).to.match(/Bind on TCP\/IP port/);
    expect(await failure(startOwnKafka(plan("fourth", { ports })))).to.match(/Socket server failed to bind/);
  });

  it("is not held up by a program that accepts connections and says nothing, or anything", async () => {
    const says: readonly string[] = ["", "HTTP/1.1 400 Bad Request\r\n\r\n"];
    for (const text of says) {
      const silent = createServer((socket) => void socket.on("error", () => undefined).write(text));
      const taken = await listening(silent);
      try {
        const own = await startOwnMysql(plan("second-again", { choosePort: choosing(taken) }));
        toStop.push(own.kill);
        expect(Number(new URL(own.url).port)).to.not.equal(taken);
        await own.stop();
      } finally {
        silent.close();
      }
    }
  });
});

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    }),
  );
