import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kafkaIdentity, mysqlIdentity } from "@cart/tools/own-servers";
import { expect } from "chai";
import { portOf, type RunningStart, startOn } from "./runningStart.ts";

const cart = "550e8400-e29b-41d4-a716-446655440000";

describe("two starts at once", function () {
  this.timeout(300_000);
  let root = "";
  let starts: readonly RunningStart[] = [];
  const folderOf = (index: number): string => join(root, `checkout-${index}`);
  const runBoth = async (): Promise<void> => {
    starts = await Promise.all([startOn(folderOf(0)), startOn(folderOf(1))]);
    await Promise.all(starts.map(({ untilItSays }) => untilItSays(/Ready after/)));
  };
  const stopBoth = async (): Promise<void> => {
    for (const { interrupt } of starts) interrupt();
    expect(await Promise.all(starts.map(({ exitCode }) => exitCode))).to.deep.equal([0, 0]);
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "cart-two-starts-"));
    await runBoth();
  });
  after(async () => {
    await stopBoth();
    await rm(root, { recursive: true, force: true });
  });

  /** Each start's servers are those of its data folder. */
  const expectOwnServers = async (): Promise<void> => {
    for (const [index, { said }] of starts.entries()) {
      const mysql = await mysqlIdentity(`mysql://root@127.0.0.1:${portOf("MySQL", said())}`);
      expect(mysql.datadir).to.equal(`${join(folderOf(index), "mysql")}/`);
      const kafka = await kafkaIdentity("127.0.0.1", portOf("Kafka", said()));
      const meta = await readFile(join(folderOf(index), "kafka/meta.properties"), "utf8");
      expect(kafka.clusterId).to.equal(/^cluster\.id=(.*)$/m.exec(meta)?.[1]);
    }
  };

  it("have a MySQL and a Kafka each", expectOwnServers);

  it("say nothing of failures that every new Kafka has for a moment", () => {
    // The two starts may choose the same port at the same moment. The one that loses says so, with the server's own words.
    const isTakenPort = (line: string): boolean => line.endsWith("trying another port");
    const isAFailure = (line: string): boolean => !isTakenPort(line) && /KafkaJS|GroupCoordinator|failed|works again/.test(line);
    expect(starts.flatMap(({ said }) => said().split("\n")).filter(isAFailure)).to.deep.equal([]);
  });

  it("keep their carts to themselves", async () => {
    const [first, second] = starts;
    const answer = await fetch(`${first?.commandApi}/additem/${cart}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 }),
    });
    expect(answer.status).to.equal(200);
    expect((await fetch(`${first?.queryApi}/carts/${cart}?min_version=2`)).status).to.equal(200);
    expect((await fetch(`${second?.queryApi}/carts/${cart}`)).status).to.equal(404);
    expect((await fetch(`${second?.queryApi}/carts/${cart}/events`)).status).to.equal(404);
  });

  it("use the same ports again the next time, with the carts", async () => {
    const ports = (): number[] => starts.flatMap(({ said }) => [portOf("MySQL", said()), portOf("Kafka", said())]);
    const before = ports();
    await stopBoth();
    await runBoth();
    expect(ports()).to.deep.equal(before);
    await expectOwnServers();
    expect((await fetch(`${starts[0]?.queryApi}/carts/${cart}`)).status).to.equal(200);
    expect((await fetch(`${starts[1]?.queryApi}/carts/${cart}`)).status).to.equal(404);
  });
});
