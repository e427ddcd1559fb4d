import { beforeInsert, eventStoreTables } from "@cart/event-store/testing";
import { createEventProducer, createKafka, encodeEventMessage, type EventMessage } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { bearer, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { createPool, type Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { type LoggedSystem, serviceNames, startLoggedSystem } from "./loggedSystem.ts";

/** In every value that belongs to a customer. Nothing of a customer is in a log if this word is not. */
const marker = "MARKER";

const item = { item_id: `${marker}-item`, name: `${marker}'s "tea" \\`, quantity: 2, price: 29.99 };

describe("the logs of all services", function () {
  this.timeout(180_000);
  let system: LoggedSystem;
  let pool: Pool;
  let token: { readonly Authorization: string };
  let admin: { readonly Authorization: string };

  before("start the servers and services", async () => {
    system = await startLoggedSystem();
    pool = createPool({ uri: system.eventStoreUrl, connectionLimit: 2 });
    token = await bearer({ sub: `${marker}-user`, tenant_id: `${marker}-shop`, scope: "carts:price carts:purchase" });
    admin = await bearer({ sub: `${marker}-back-end`, tenant_id: `${marker}-shop`, scope: "carts:admin" });
  });
  after("stop them", async () => {
    await pool?.end();
    await system?.stop();
  });

  const send = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = token): Promise<number> =>
    fetch(`${system.url("command-api")}${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }).then(async (response) => {
      await response.text();
      return response.status;
    });
  const query = async (path: string, headers: Readonly<Record<string, string>> = token): Promise<number> => {
    const response = await fetch(`${system.url("query-api")}${path}`, { headers });
    await response.text();
    return response.status;
  };
  const addTo = (cart: string): Promise<number> =>
    send("POST", `/carts/${cart}/items`, item, { ...token, "Idempotency-Key": `${marker}-${uuidv7()}` });
  const isShown = (cart: string, version: number) =>
    waitFor("the cart in the read model", async () => (await query(`/carts/${cart}?min_version=${version}`)) === 200, {
      timeoutMs: 90_000,
    });

  /** Commands of several customers at once, so that they share batches. */
  const addToMany = (count: number): Promise<number[]> => Promise.all(Array.from({ length: count }, () => addTo(uuidv7())));
  const readAll = async (cart: string): Promise<void> => {
    for (const path of [`/carts/${cart}`, `/carts/${cart}/history`, `/users/${marker}-user/carts`, `/tenants/${marker}-shop/carts`]) {
      await query(path, admin);
    }
  };
  const allReady = () =>
    waitFor(
      "all services to be ready",
      async () => {
        const answers = await Promise.all(serviceNames.map((name) => fetch(`${system.url(name)}/readyz`).then(({ ok }) => ok)));
        return answers.every((ok) => ok);
      },
      { timeoutMs: 90_000 },
    );

  const expectNoMarker = (): void => {
    for (const name of serviceNames) {
      const lines = system.logOf(name).split("\n");
      expect(lines.length, name).to.be.above(2);
      expect(
        lines.filter((line) => line.includes(marker)).map((line) => line.slice(0, 1_000)),
        name,
      ).to.deep.equal([]);
    }
  };
  afterEach("no line names what belongs to a customer", expectNoMarker);

  it("say nothing about customers whose commands succeed", async () => {
    const cart = uuidv7();
    expect(await addTo(cart)).to.equal(200);
    expect(await send("POST", `/carts/${cart}/purchase`, { order_id: `${marker}-order` })).to.equal(200);
    const policy = { title: `${marker}-title`, abandoned_minutes: 1 };
    expect(await send("POST", `/tenants/${marker}-shop/cart-abandoned-policies`, policy, admin)).to.equal(200);
    await isShown(cart, 3);
    await readAll(cart);
  });

  it("say nothing about the input that they refuse, and have a bounded number of lines for it", async () => {
    const cart = uuidv7();
    await addTo(cart);
    const before = system.logOf("command-api").length;
    const bad: readonly [method: string, path: string, body: unknown, headers?: Readonly<Record<string, string>>][] = [
      ["POST", `/carts/${cart}/items`, `{"user_id": ${marker}`],
      ["POST", `/carts/${cart}/items`, { ...item, [`${marker}-field`]: 1 }],
      ["POST", `/carts/${cart}/items`, { ...item, currency: marker }],
      ["POST", `/carts/${cart}/items`, { ...item, user_id: `${marker}-other` }],
      ["POST", `/carts/${cart}/items`, { ...item, name: marker.repeat(60) }],
      ["PATCH", `/carts/${cart}/items/${marker}-none`, { quantity: 1 }],
      ["POST", `/carts/${marker}/items`, item],
      ["GET", `/${marker}?${marker}=${marker}`, undefined],
      ["POST", `/carts/${cart}/items`, item, { ...token, "If-Match": `"${marker}"` }],
      ["POST", `/carts/${cart}/items`, item, { ...token, "Content-Type": `text/${marker}` }],
      ["POST", `/carts/${cart}/items`, item, { Authorization: `Bearer ${marker}` }],
      ["POST", `/carts/${cart}/items`, item, await bearer({ sub: `${marker}\0`, tenant_id: marker })],
    ];
    for (const [method, path, body, headers] of bad) {
      expect(await send(method, path, body, headers), JSON.stringify(body)).to.be.within(400, 499);
    }
    for (let n = 0; n < 300; n++) expect(await send("POST", `/carts/${cart}/items`, item, { Authorization: "Bearer x" })).to.equal(401);
    const written = system.logOf("command-api").slice(before);
    expect(written).not.to.match(/"level":(?:50|60)|"stack"/);
    expect(written.split("\n").filter((line) => line.includes('"status":401'))).to.have.length.below(30);
  });

  it("say nothing about customers while MySQL is read-only, and one line for each batch", async () => {
    const before = system.logOf("command-api").length;
    await pool.query("SET GLOBAL super_read_only = ON");
    try {
      const statuses = await addToMany(200);
      expect(new Set(statuses)).to.deep.equal(new Set([503]));
    } finally {
      // Also ends super_read_only, which does not end read_only.
      await pool.query("SET GLOBAL read_only = OFF");
    }
    const written = system.logOf("command-api").slice(before);
    const failures = written.split("\n").filter((line) => line.includes("request failed"));
    expect(failures.length).to.be.within(1, 10);
    expect(failures[0]).to.match(/ER_OPTION_PREVENTS_STATEMENT|NotPrimaryError/);
    expect(written.length).to.be.below(100_000);
    const cart = uuidv7();
    await waitFor("a command", async () => (await addTo(cart)) === 200);
    await isShown(cart, 2);
  });

  it("say nothing about the values that MySQL refuses", async () => {
    const quote = "CONCAT(LEFT(NEW.event_data, 60), LEFT(NEW.metadata, 60))";
    const accept = await beforeInsert(
      pool,
      "events",
      `BEGIN DECLARE quoted VARCHAR(128) DEFAULT ${quote}; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = quoted; END`,
    );
    try {
      expect(await addTo(uuidv7())).to.equal(500);
    } finally {
      await accept();
    }
    expect(system.logOf("command-api")).to.contain('"sql_state":"45000"');
  });

  it("say nothing about customers while MySQL is away", async () => {
    const restart = await system.takeMysqlAway();
    await addToMany(20);
    await readAll(uuidv7());
    await restart();
    const cart = uuidv7();
    await waitFor("a command", async () => (await addTo(cart)) === 200, { timeoutMs: 60_000 });
    await isShown(cart, 2);
  });

  it("say nothing about customers while Kafka is away", async () => {
    const restart = await system.takeKafkaAway();
    const cart = uuidv7();
    expect(await addTo(cart)).to.equal(200);
    await addToMany(20);
    await waitFor("a relay that is not ready", async () => (await fetch(`${system.url("outbox-relay")}/readyz`)).status === 503, {
      timeoutMs: 30_000,
    });
    await restart();
    await isShown(cart, 2);
    await allReady();
  });

  it("say nothing about the messages that cannot be read", async () => {
    const cart = uuidv7();
    await addTo(cart);
    await isShown(cart, 2);
    const event = (id: string, changes: Partial<Parameters<typeof encodeEventMessage>[0]> = {}): EventMessage =>
      encodeEventMessage({
        eventId: uuidv7(),
        eventType: "ItemAddedToCart",
        schemaVersion: 2,
        aggregateType: "Cart",
        aggregateId: id,
        version: 3,
        occurredAt: new Date(),
        metadata: { correlation_id: "logs", causation_id: "logs" },
        data: JSON.stringify({ item_id: `${marker}-item`, quantity: 1, unit_price: 1, previous_unit_price: null }),
        ...changes,
      });
    const messages: readonly EventMessage[] = [
      { key: marker, value: `${marker}: hello`, headers: { [marker]: marker } },
      event(uuidv7(), { data: `${marker}: hello` }),
      event(uuidv7(), { eventType: `${marker}Event` }),
      event(uuidv7(), { aggregateType: `${marker}Aggregate` }),
      event(uuidv7(), { data: JSON.stringify({ item_id: marker, quantity: marker }) }),
      event(uuidv7(), { metadata: { correlation_id: marker, causation_id: marker, actor: marker } }),
      event(cart, { eventType: "ItemQuantityChanged", schemaVersion: 1, data: JSON.stringify({ item_id: `${marker}-none`, quantity: 1 }) }),
    ];
    const logger = createLogger({ service: "logs", level: "silent" });
    const producer = createEventProducer(createKafka({ brokers: system.brokers(), clientId: "logs", logger }));
    await producer.send([{ topic: system.topics.cartEvents, messages: [...messages] }]).finally(() => producer.disconnect());
    const deadLetters = () =>
      system
        .logOf("projector")
        .split("\n")
        .filter((line) => line.includes("dead letter")).length;
    await waitFor("a line for each dead letter", async () => deadLetters() >= messages.length, { timeoutMs: 60_000 });
  });

  it("say nothing about the rows that cannot be published", async () => {
    const repair = await beforeInsert(pool, "outbox", "SET NEW.metadata = ?", [`{"${marker}": "${marker}"`]);
    await addTo(uuidv7());
    await repair();
    await waitFor("the line of the row", async () => system.logOf("outbox-relay").includes("could not be published"), {
      timeoutMs: 60_000,
    });
    await eventStoreTables(pool).outbox.remove();
  });
});
