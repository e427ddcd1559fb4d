import { join } from "node:path";
import { eventStoreTables } from "@cart/event-store/testing";
import { type BuiltService, startBuiltService, waitUntil } from "@cart/tools/own-servers";
import { expect } from "chai";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { addItem, addTo, cartId } from "./carts.ts";
import { runCommand } from "./runCommand.ts";
import { type RunningStart, startOn } from "./runningStart.ts";
import { startSuiteServers, type SuiteServers } from "./suiteServers.ts";

const databases = ["eventstore", "readmodel", "abandonment", "console"] as const;
const workers = ["outbox-relay", "projector", "cart-abandonment"] as const;
const carts = Array.from({ length: 60 }, (_, index) => index);

/** Starts a service that need not become ready, with the patience that a busy machine needs. */
const spawnService = (name: string, env: Readonly<Record<string, string>>): Promise<BuiltService> =>
  startBuiltService(name, env, { until: "listening", waitSeconds: 180 });

describe("two systems with one prefix on one Kafka", function () {
  this.timeout(600_000);
  let servers: SuiteServers;
  let connection: Connection;
  let first: RunningStart;
  let secondEnv: Readonly<Record<string, string>>;
  const second = new Map<string, BuiltService>();

  const serviceOf = (name: string): BuiltService => {
    const service = second.get(name);
    if (service === undefined) throw new Error(`${name} of the second system was not started`);
    return service;
  };
  const readinessOf = (name: string): Promise<Response> => fetch(`${serviceOf(name).url}/readyz`, { signal: AbortSignal.timeout(10_000) });
  const identityOf = async (database: string): Promise<string> => {
    const [[row]] = await connection.query<(RowDataPacket & { id: string })[]>(
      "SELECT BIN_TO_UUID(id) AS id FROM ??.event_store_identity ORDER BY number DESC LIMIT 1",
      [database],
    );
    return row?.id ?? "";
  };

  before(async () => {
    servers = await startSuiteServers("one-prefix");
    connection = await mysql.createConnection(servers.mysqlUrl);
    first = await startOn(join(servers.folder, "first"), { MYSQL_URL: servers.mysqlUrl, KAFKA_BROKERS: servers.brokers });
    await first.untilItSays(/Ready after/);
    await addTo(first, carts.slice(0, 20), "before");

    secondEnv = {
      ...Object.fromEntries(databases.map((name) => [`${name.toUpperCase()}_URL`, servers.databaseUrl(`second_${name}`)])),
      KAFKA_BROKERS: servers.brokers,
    };
    const migrated = await runCommand({ file: "migrations/src/cli.ts", args: ["up", "all"], env: secondEnv });
    expect(migrated.code, migrated.said).to.equal(0);
    await Promise.all([...workers, "command-api", "query-api"].map(async (name) => second.set(name, await spawnService(name, secondEnv))));
    const console = await spawnService("console", {
      ...secondEnv,
      QUERY_API_URL: serviceOf("query-api").url,
      METRICS_URLS: workers.map((name) => `${name}=${serviceOf(name).url}/metrics`).join(","),
    });
    second.set("console", console);
  });
  after(async () => {
    // Each rejects unless its service exits with 0.
    await Promise.all([...second.values()].map((service) => service.stop()));
    first.interrupt();
    expect(await first.exitCode).to.equal(0);
    await connection.end();
    await servers.stop();
  });

  for (const name of workers) {
    it(`lets ${name} of the second system refuse, with both event stores and what to do in /readyz`, async () => {
      const [own, foreign] = await Promise.all([identityOf("second_eventstore"), identityOf("eventstore")]);
      await waitUntil(`the refusal of ${name}`, 60, async () => {
        const answer = await readinessOf(name);
        const text = await answer.text();
        expect(answer.status).to.equal(503);
        expect(text).to.contain("belongs to another system").and.to.contain("KAFKA_TOPIC_PREFIX");
        expect(text).to.contain(own).and.to.contain(foreign);
      });
    });
  }

  it("lets the second system's console show the refusals", async () => {
    await waitUntil("the console to show three refusals", 60, async () => {
      const response = await fetch(`${serviceOf("console").url}/api/overview`);
      const { instances } = (await response.json()) as { instances: readonly { service: string; reason: string | null }[] };
      const refusing = instances.filter(({ reason }) => reason?.includes("belongs to another system"));
      expect(refusing.map(({ service }) => service)).to.have.members([...workers]);
    });
  });

  it("does not harm the first system: it shows all of its carts, keeps their timers, is ready, and meets no foreign message", async () => {
    // Of the same ids as carts of the first system, so that a message of the second one would change them.
    await Promise.all(carts.map((cart) => addItem(serviceOf("command-api").url, cart, "of the second system")));
    await addTo(first, carts, "after");
    await waitUntil("a timer for each cart of the first system", 60, async () => {
      const [[row]] = await connection.query<(RowDataPacket & { carts: number })[]>("SELECT COUNT(*) AS carts FROM abandonment.timers");
      expect(row?.carts).to.equal(carts.length);
    });
    for (const url of first.workers) {
      expect((await fetch(`${url}/readyz`)).status).to.equal(200);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).to.not.match(/^cart_consumer_foreign_messages_total(?:\{[^}]*\})? [1-9]/m);
    }
    const verified = await runCommand({ file: "services/projector/src/cli.ts", args: ["verify"], env: urlsOfFirst() });
    expect(verified.said).to.match(/"aggregates":60,.*"differences":0/);
  });

  const urlsOfFirst = (): Readonly<Record<string, string>> =>
    Object.fromEntries(databases.map((name) => [`${name.toUpperCase()}_URL`, servers.databaseUrl(name)]));

  it("keeps the second system's events in its outbox, and publishes and shows them once it has a prefix of its own", async () => {
    const outbox = eventStoreTables(connection, "second_eventstore").outbox;
    expect(await outbox.count({ status: "PENDING" })).to.equal(2 * carts.length);
    const own = { ...secondEnv, KAFKA_TOPIC_PREFIX: "second." };
    const created = await runCommand({ file: "packages/messaging/src/createTopicsCli.ts", args: [], env: own });
    expect(created.code, created.said).to.equal(0);
    for (const name of workers) {
      await serviceOf(name).stop();
      second.set(name, await spawnService(name, own));
    }
    await waitUntil("every cart of the second system to be shown", 60, async () => {
      for (const cart of carts) {
        const shown = await fetch(`${serviceOf("query-api").url}/carts/${cartId(cart)}`);
        expect(await shown.text()).to.contain("of the second system");
      }
    });
    for (const name of workers) expect((await readinessOf(name)).status).to.equal(200);
  });
});
