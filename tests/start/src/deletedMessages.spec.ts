import { eventStoreTables } from "@cart/event-store/testing";
import { createKafka, defaultTopics } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { waitUntil } from "@cart/tools/own-servers";
import { expect } from "chai";
import mysql from "mysql2/promise";
import { addItem, addTo, cartId, itemsOf } from "./carts.ts";
import { createOwnSystem, type OwnSystem } from "./ownSystem.ts";
import { type CommandOutcome, runCommand } from "./runCommand.ts";
import { startSuiteServers, type SuiteServers } from "./suiteServers.ts";

const read = Array.from({ length: 20 }, (_, index) => index);
/** A cart of which one event in the middle is deleted. */
const standing = 0;
/** Carts whose first events are deleted. */
const lost = read.map((number) => number + 100);
/** Carts from after the loss, in every partition. */
const later = Array.from({ length: 100 }, (_, index) => index + 200);

type LogLine = { readonly level: number; readonly msg: string };

describe("messages that Kafka deleted before the projector read them", function () {
  this.timeout(300_000);
  let servers: SuiteServers | undefined;
  let system: OwnSystem | undefined;
  const urlOf = (name: string): string => system?.urlOf(name) ?? "";
  const projectorCommand = (...args: readonly string[]): Promise<CommandOutcome> =>
    runCommand({ file: "services/projector/src/cli.ts", args, env: system?.env ?? {} });

  before("let the projector read some carts, and delete the messages of others while it is away", async () => {
    servers = await startSuiteServers("deleted-messages");
    system = await createOwnSystem(servers);
    await system.start("command-api", "query-api", "outbox-relay", "projector");
    const apis = { commandApi: urlOf("command-api"), queryApi: urlOf("query-api") };
    await addTo(apis, read, "read");
    await system.stopOne("projector");

    await Promise.all([standing, ...lost].map((cart) => addItem(apis.commandApi, cart, "lost")));
    await untilPublished(servers.mysqlUrl);
    await deleteAll(servers.brokers, defaultTopics.cartEvents);
    await system.start("projector");
    await addItem(apis.commandApi, standing, "later");
    await addTo(apis, later, "later");
  });
  after(async () => {
    try {
      await system?.stop();
    } finally {
      await servers?.stop();
    }
  });

  it("are an error in its log, which says how to find and how to repair what is missing", () => {
    const lines = (system?.logOf("projector") ?? "")
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogLine);
    const said = lines.filter(({ level, msg }) => level === 50 && msg.includes("lacks the events of these messages"));
    expect(said).to.have.lengthOf.at.least(1);
    for (const line of said) {
      expect(line).to.include({ topic: defaultTopics.cartEvents }).and.to.have.property("to");
      expect(line.msg).to.contain("`projector verify`").and.to.contain("`projector rebuild`");
    }
  });

  it("are counted by the metric that the alert MessagesLost looks at", async () => {
    const metrics = await (await fetch(`${urlOf("projector")}/metrics`)).text();
    expect(metrics).to.match(/^cart_consumer_jumps_total(?:\{[^}]*\})? [1-9]/m);
  });

  it("leave carts missing, each of which verify names", async () => {
    for (const cart of lost) expect((await fetch(`${urlOf("query-api")}/carts/${cartId(cart)}`)).status).to.equal(404);
    const verified = await projectorCommand("verify", "--wait", "2");
    for (const cart of [standing, ...lost]) expect(verified.said).to.contain(cartId(cart));
    expect(verified.code, verified.said).to.equal(1);
  });

  it("are made good by the rebuild that the log offers, also for a cart that stood still behind them", async () => {
    const rebuilt = await projectorCommand("rebuild");
    expect(rebuilt.code, rebuilt.said).to.equal(0);
    for (const cart of lost) expect(await itemsOf(urlOf("query-api"), cart, 2)).to.deep.equal(["lost"]);
    expect(await itemsOf(urlOf("query-api"), standing, 4)).to.deep.equal(["read", "lost", "later"]);
    const verified = await projectorCommand("verify");
    expect(verified.said).to.match(/"differences":0/);
    expect(verified.code, verified.said).to.equal(0);
  });
});

const untilPublished = async (mysqlUrl: string): Promise<void> => {
  const connection = await mysql.createConnection(mysqlUrl);
  try {
    const { outbox } = eventStoreTables(connection, "eventstore");
    await waitUntil("the relay to publish everything", 60, async () => {
      expect(await outbox.count({ status: "PENDING" })).to.equal(0);
    });
  } finally {
    connection.destroy();
  }
};

/** Deletes every message of the topic, as retention does with old ones. */
const deleteAll = async (brokers: string, topic: string): Promise<void> => {
  const logger = createLogger({ service: "deleted-messages", level: "silent" });
  const admin = createKafka({ brokers: brokers.split(","), clientId: "deleted-messages", logger }).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const partitions = offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
  } finally {
    await admin.disconnect();
  }
};
