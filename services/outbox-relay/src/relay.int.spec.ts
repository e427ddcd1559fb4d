import { randomUUID } from "node:crypto";
import {
  awaitPending,
  countOutbox,
  fetchPending,
  listFailed,
  markPublished,
  purgePublished,
  retryFailed,
  shardCount,
  shardOf,
} from "@cart/event-store";
import { type EventStoreTables, eventStoreTables, outboxRow } from "@cart/event-store/testing";
import {
  type BatchConsumer,
  type ConsumedMessage,
  createEventProducer,
  createKafka,
  createTopics,
  type EventProducer,
  runBatchConsumer,
  type Topics,
  topicsWithPrefix,
} from "@cart/messaging";
import { setMaxMessageBytes } from "@cart/messaging/testing";
import { migrateEventStore } from "@cart/migrations";
import { openMysqlPool, uuidToBytes, withConnection } from "@cart/mysql";
import { createLogger, noTracer } from "@cart/process-kit";
import { useKafka, useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { type ShardLeases, startShardLeases } from "./leases/shardLeases.ts";
import { type Relay, startRelay } from "./relay.ts";
import type { RelayMetrics } from "./relayMetrics.ts";

const logger = createLogger({ service: "relay-spec", level: "silent" });
const metrics: RelayMetrics = { published: () => undefined, failed: () => undefined, outage: () => undefined };
// The lease of production: a shorter lease expires while a slow machine stands still, and then rows are rightly published twice.
const leaseMs = 6_000;

type Interference = {
  /** Called when a batch is about to be sent and the next batch is not fetched yet. */
  beforeSend?: (bytes: number) => Promise<void> | void;
  /** Returns the shards that the relay may use, of the shards that it holds. */
  believes?: (held: readonly number[]) => readonly number[];
  topics?: Topics;
};

const smallPages = { batchRows: 50, pageBytes: 65_536, gatherMs: 0 };

const soundMetadata = { metadata: '{"correlation_id":"c","causation_id":"c"}' };

/** Returns the row of `outbox_blocks` that the failure of an outbox row writes. */
const blockOf = ({ aggregate_id, aggregate_type, id }: Record<string, unknown>) => ({ aggregate_id, aggregate_type, outbox_id: id });

const once = (work: () => Promise<void>): (() => Promise<void>) => onCall(1, work);

const onCall = (number: number, work: () => Promise<void>): (() => Promise<void>) => {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls === number) await work();
  };
};

const nothing = { rows: [], endedBy: "the last row", allBlocked: false };

const pageOf = (maxRows: number) => ({ maxRows, maxBytes: 65_536 });

describe("relay", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  const kafkaServer = useKafka();
  let pool: Pool;
  let tables: EventStoreTables;
  let topics: Topics;
  let consumer: BatchConsumer;
  let consumed: ConsumedMessage[];
  let running: { relay: Relay; leases: ShardLeases; producer: EventProducer; other: EventProducer }[];

  before(async () => {
    pool = openMysqlPool({ url: database.url(), connectionLimit: 10, multipleStatements: true });
    tables = eventStoreTables(pool);
    topics = topicsWithPrefix(kafkaServer.topicName("relay."));
    const kafka = createKafka({ brokers: kafkaServer.brokers(), clientId: "relay-spec", logger });
    await createTopics(kafka, { topics: [{ topic: topics.cartEvents, partitions: 3 }], replicationFactor: 1 });
    consumer = runBatchConsumer({
      kafka,
      groupId: kafkaServer.groupName("relay-spec"),
      topics: [topics.cartEvents],
      logger,
      handleBatch: async (messages) => void consumed.push(...messages),
    });
  });
  after(async () => {
    await consumer.stop();
    await pool.end();
  });
  beforeEach(async () => {
    consumed = [];
    running = [];
    await tables.clear();
  });
  afterEach(() => Promise.all(running.map(stop)));

  const start = (
    retry = { maxAttempts: 3, delayAfter: () => 20 },
    interference: Interference = {},
    keepPublished = true,
    pages = smallPages,
  ) => {
    const owner = randomUUID();
    const leases = startShardLeases({ pool, owner, leaseMs, assertReachable: () => Promise.resolve(), logger });
    const kafka = createKafka({ brokers: kafkaServer.brokers(), clientId: "relay-spec", logger });
    const producer = createEventProducer(kafka);
    const interfered: EventProducer = {
      ...producer,
      send: async (batch) => {
        await interference.beforeSend?.(batch.flatMap(({ messages }) => messages).reduce((bytes, { value }) => bytes + value.length, 0));
        await producer.send(batch);
      },
    };
    const other = createEventProducer(kafka);
    const relay = startRelay({
      pool,
      publisher: { producerFor: (type) => (type === "Cart" ? interfered : other), topics: interference.topics ?? topics, tracer: noTracer },
      leases: { ...leases, held: () => interference.believes?.(leases.held()) ?? leases.held() },
      owner,
      ...pages,
      keepPublished,
      retry,
      metrics,
      logger,
    });
    const started = { relay, leases, producer, other };
    running.push(started);
    return started;
  };
  const stop = async ({ relay, leases, producer, other }: (typeof running)[number]): Promise<void> => {
    await relay.stop();
    await leases.stop();
    await producer.disconnect();
    await other.disconnect();
  };

  const insert = async (
    rows: readonly { cart: string; version: number; type?: string; metadata?: string; order?: string }[],
    through: Pick<Pool, "query"> = pool,
  ): Promise<void> => {
    await eventStoreTables(through).outbox.insert(
      rows.map(({ cart, version, type = "Cart", metadata = '{"correlation_id":"c","causation_id":"c"}', order = "o" }) => {
        const event_data = JSON.stringify({ order_id: order, total_amount: 1 });
        return outboxRow({ aggregate_id: cart, aggregate_type: type, version, event_type: "CartPurchased", event_data, metadata });
      }),
    );
  };
  /** Sends a message ahead, because the first message needs a connection and metadata, which take longer than a pass may. */
  const warmUp = async (cart: string = randomUUID()): Promise<void> => {
    await insert([{ cart, version: 1 }]);
    await waitFor("the first message", async () => (await statuses())["PUBLISHED"] === 1);
  };
  const statuses = async (): Promise<Record<string, number>> => {
    const counts = ["PENDING", "PUBLISHED", "FAILED"].map(async (status) => [status, await tables.outbox.count({ status })] as const);
    return Object.fromEntries((await Promise.all(counts)).filter(([, count]) => count > 0));
  };
  const versionsInKafka = (cart: string): number[] =>
    consumed
      .filter(({ key }) => key?.toString() === cart)
      .map(({ headers }) => {
        const version = headers["ce_aggregateversion"];
        return Number(Buffer.isBuffer(version) ? version.toString() : version);
      });
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

  it("publishes every row once and in order within its cart, with several relays at work", async () => {
    const carts = Array.from({ length: 20 }, () => randomUUID());
    start();
    start();
    for (const version of upTo(30)) await insert(carts.map((cart) => ({ cart, version })));
    await waitFor("all rows to be published", async () => (await statuses())["PUBLISHED"] === 600);
    await waitFor("all messages", () => Promise.resolve(consumed.length >= 600));
    for (const cart of carts) expect(versionsInKafka(cart)).to.deep.equal(upTo(30));
  });

  it("publishes a backlog of large rows in pages that are bounded in bytes, in order", async () => {
    const carts = Array.from({ length: 4 }, () => randomUUID());
    const order = "o".repeat(20_000);
    for (const version of upTo(10)) await insert(carts.map((cart) => ({ cart, version, order })));
    const sent: number[] = [];
    start(undefined, { beforeSend: (bytes) => void sent.push(bytes) });
    await waitFor("all rows to be published", async () => (await statuses())["PUBLISHED"] === 40);
    await waitFor("all messages", () => Promise.resolve(consumed.length >= 40));
    for (const cart of carts) expect(versionsInKafka(cart)).to.deep.equal(upTo(10));
    expect(Math.max(...sent)).to.be.within(40_000, 65_536);
  });

  it("shares the shards with a relay that joins, and takes the shards of a relay that leaves", async () => {
    const first = start();
    await waitFor("the first relay to hold all shards", () => Promise.resolve(first.leases.held().length === 16));
    const second = start();
    await waitFor("the shards to be shared", () => Promise.resolve(first.leases.held().length === 8 && second.leases.held().length === 8));
    running = [second];
    await stop(first);
    await waitFor("the second relay to hold all shards", () => Promise.resolve(second.leases.held().length === 16));
  });

  it("releases shards only after their published rows are marked", async () => {
    const join = () => startShardLeases({ pool, owner: randomUUID(), leaseMs: 600, assertReachable: () => Promise.resolve(), logger });
    const first = join();
    await waitFor("all shards", () => Promise.resolve(first.held().length === shardCount));
    const second = join();
    let ownersWhenSettled: number | undefined;
    await waitFor("shards to be released", async () => {
      await first.releaseSurplus(async () => {
        const owners = (await tables.leases.rows()).map(({ owner }) => owner);
        ownersWhenSettled = new Set(owners.filter((owner) => owner !== null)).size;
      });
      return ownersWhenSettled !== undefined;
    });
    await second.stop();
    await first.stop();
    expect(ownersWhenSettled).to.equal(1);
  });

  it("leaves the shards to others until it has reached Kafka", async () => {
    const first = start();
    await waitFor("all shards", () => Promise.resolve(first.leases.held().length === shardCount));
    let refusals = 0;
    const refused = startShardLeases({
      pool,
      owner: randomUUID(),
      // The relay tries three times per lease period.
      leaseMs: 300,
      assertReachable: () => {
        refusals++;
        return Promise.reject(new Error("wrong password"));
      },
      logger,
    });
    await waitFor("several refusals", () => Promise.resolve(refusals > 2));
    const relays = await tables.members.rows();
    await refused.stop();
    expect(refused.held()).to.deep.equal([]);
    expect(relays).to.have.length(1);
  });

  it("takes the shards of a relay that died", async () => {
    // A killed relay leaves leases and a membership that nobody renews.
    const dead = { owner: "dead", expires_at: new Date(Date.now() + 1_000) };
    await tables.leases.change(dead);
    await tables.members.insert([dead]);
    const cart = randomUUID();
    await insert([{ cart, version: 1 }]);
    start();
    await waitFor("the row to be published", async () => (await statuses())["PUBLISHED"] === 1);
  });

  it("marks acknowledged rows even if it has lost its lease, so that no relay publishes them again", async () => {
    const interference: Interference = {};
    const { leases } = start(undefined, interference);
    await warmUp();
    const cart = randomUUID();
    interference.beforeSend = once(async () => {
      await tables.leases.change({ owner: "another", expires_at: new Date(Date.now() + 60_000) });
    });
    await insert([{ cart, version: 1 }]);
    await waitFor("the row to be marked", async () => (await statuses())["PUBLISHED"] === 2);
    await waitFor("the relay to know that it lost its lease", () => Promise.resolve(leases.held().length === 0));
    await insert([{ cart, version: 2 }]);
    expect(versionsInKafka(cart)).to.deep.equal([1]);
    expect(await statuses()).to.deep.equal({ PUBLISHED: 2, PENDING: 1 });
    await tables.leases.change({ owner: null });
  });

  it("overtakes no row that was inserted earlier and committed later", async () => {
    const [late, other] = [randomUUID(), randomUUID()];
    const interference: Interference = {};
    start(undefined, interference);
    await warmUp();
    const transaction = await pool.getConnection();
    await transaction.query("START TRANSACTION");
    await insert([{ cart: late, version: 1 }], transaction);
    interference.beforeSend = once(async () => {
      await transaction.query("COMMIT");
      transaction.release();
      await insert([{ cart: late, version: 2 }]);
    });
    await insert([{ cart: other, version: 1 }]);
    await waitFor("both messages", () => Promise.resolve(versionsInKafka(late).length >= 2));
    expect(versionsInKafka(late)).to.deep.equal([1, 2]);
  });

  it("begins with the oldest row of a shard that it gets while it is publishing", async () => {
    // The carts are in two shards.
    const [own, gained] = ["550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440001"];
    const gainedShard = shardOf(uuidToBytes(gained));
    expect(shardOf(uuidToBytes(own))).not.to.equal(gainedShard);
    let isGained = false;
    const interference: Interference = { believes: (held) => (isGained ? held : held.filter((shard) => shard !== gainedShard)) };
    start(undefined, interference);
    await warmUp(own);
    interference.beforeSend = once(async () => {
      isGained = true;
      await insert([{ cart: gained, version: 2 }]);
    });
    await insert([
      { cart: gained, version: 1 },
      { cart: own, version: 2 },
    ]);
    await waitFor("both messages", () => Promise.resolve(versionsInKafka(gained).length >= 2));
    expect(versionsInKafka(gained)).to.deep.equal([1, 2]);
  });

  describe("while rows come steadily", () => {
    const minute = 60_000;
    /** Has a relay with `gatherMs` publish a stream of rows. Resolves once it has marked them all, which it does before it waits. */
    const gathering = async (gatherMs: number, interference: Interference = {}) => {
      await insert(upTo(140).map(() => ({ cart: randomUUID(), version: 1 })));
      const started = start(undefined, interference, true, { ...smallPages, batchRows: 200, gatherMs });
      await waitFor("the stream to be marked", async () => (await statuses())["PUBLISHED"] === 140);
      return started;
    };

    it("publishes the rows of many transactions in one batch, in order", async () => {
      const carts = [randomUUID(), randomUUID()];
      let batches = 0;
      await gathering(2_000, { beforeSend: () => void (batches += 1) });
      const batchesBefore = batches;
      for (const version of upTo(40)) await insert(carts.map((cart) => ({ cart, version })));
      await waitFor("all rows to be published", async () => (await statuses())["PUBLISHED"] === 220);
      await waitFor("all messages", () => Promise.resolve(consumed.length >= 220));
      for (const cart of carts) expect(versionsInKafka(cart)).to.deep.equal(upTo(40));
      expect(batches - batchesBefore).to.be.at.most(2);
    });

    it("stops during the wait, with every published row marked", async () => {
      const started = await gathering(minute);
      await insert([{ cart: randomUUID(), version: 1 }]);
      running = [];
      await stop(started);
      expect(await statuses()).to.deep.equal({ PENDING: 1, PUBLISHED: 140 });
    });
  });

  it("deletes published rows and no others, if the retention is 0", async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    await insert([
      ...upTo(120).map((version) => ({ cart: good, version })),
      { cart: bad, version: 1, metadata: "{}" },
      { cart: bad, version: 2 },
    ]);
    start({ maxAttempts: 1000, delayAfter: () => 20 }, {}, false);
    await waitFor("the good rows to be gone", async () => (await statuses())["PENDING"] === 2);
    await tables.outbox.change(soundMetadata, { version: 1 });
    await waitFor("all rows to be gone", async () => Object.keys(await statuses()).length === 0);
    await waitFor("all messages", () => Promise.resolve(consumed.length >= 122));
    expect(versionsInKafka(good)).to.deep.equal(upTo(120));
    expect(versionsInKafka(bad)).to.deep.equal([1, 2]);
    expect(await tables.blocks.rows()).to.deep.equal([]);
  });

  describe("in a backlog of several pages", () => {
    // Five pages: while a page is sent, the next page is already fetched.
    const backlog = Array.from({ length: 250 }, () => ({ cart: randomUUID(), version: 1 }));
    /** The first call sends a page that was fetched before the backlog; all later pages show the state just after that. */
    const whilePagesAreSent = 2;

    it("overtakes no row that was inserted earlier and committed later", async () => {
      const late = randomUUID();
      const interference: Interference = {};
      start(undefined, interference);
      await warmUp();
      const transaction = await pool.getConnection();
      await transaction.query("START TRANSACTION");
      await insert([{ cart: late, version: 1 }], transaction);
      interference.beforeSend = onCall(whilePagesAreSent, async () => {
        await transaction.query("COMMIT");
        transaction.release();
        await insert([{ cart: late, version: 2 }]);
      });
      await insert(backlog);
      await waitFor("both messages", () => Promise.resolve(versionsInKafka(late).length >= 2));
      expect(versionsInKafka(late)).to.deep.equal([1, 2]);
    });

    it("sends no row behind a row that could not be published, although it was fetched ahead", async () => {
      const bad = randomUUID();
      start({ maxAttempts: 1, delayAfter: () => 20 });
      await warmUp();
      // The first of three pages is fetched by a poll, the others by the backlog.
      const page = backlog.slice(0, 49);
      await insert([...page, ...page, { cart: bad, version: 1, metadata: "{}" }, ...page, { cart: bad, version: 2 }]);
      await waitFor("all other rows", async () => (await statuses())["PUBLISHED"] === 1 + 3 * page.length);
      await waitFor("all other messages", () => Promise.resolve(consumed.length >= 1 + 3 * page.length));
      expect(versionsInKafka(bad)).to.deep.equal([]);
      expect(await statuses()).to.include({ FAILED: 1, PENDING: 1 });
    });

    it("overtakes no row whose next attempt becomes due during the backlog", async () => {
      const [retried, due] = [randomUUID(), randomUUID()];
      const interference: Interference = {};
      start(undefined, interference);
      await warmUp();
      interference.beforeSend = onCall(whilePagesAreSent, async () => {
        const connection = await pool.getConnection();
        await retryFailed(connection, retried);
        connection.release();
        await waitFor("the attempt to be due", async () => {
          const attempts = (await tables.blocks.rows()).map(({ next_attempt_at: time }) => time);
          return !attempts.some((time) => time instanceof Date && time.getTime() >= Date.now());
        });
      });
      const transaction = await pool.getConnection();
      await transaction.query("START TRANSACTION");
      const both = (version: number) => [retried, due].map((cart) => ({ cart, version }));
      await insert([...both(1), ...backlog, ...both(2)], transaction);
      const inTransaction = eventStoreTables(transaction);
      await inTransaction.outbox.change({ status: "FAILED" }, { version: 1, aggregate_id: retried });
      const blocked = await inTransaction.outbox.rows({ version: 1, aggregate_id: [retried, due] });
      const soon = new Date(Date.now() + 300);
      await inTransaction.blocks.insert(
        blocked.map((row) => ({ ...blockOf(row), next_attempt_at: row["status"] === "FAILED" ? null : soon })),
      );
      await transaction.query("COMMIT");
      transaction.release();
      await waitFor("all messages", () => Promise.resolve(versionsInKafka(retried).length >= 2 && versionsInKafka(due).length >= 2));
      expect(versionsInKafka(retried)).to.deep.equal([1, 2]);
      expect(versionsInKafka(due)).to.deep.equal([1, 2]);
    });
  });

  it("retries a row that cannot be published, then gives it up, and only its own cart waits", async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    await insert([
      { cart: bad, version: 1 },
      { cart: bad, version: 2, metadata: "{}" },
      { cart: good, version: 1 },
      { cart: bad, version: 3 },
    ]);
    start();
    await waitFor("the row to be given up", async () => (await statuses())["FAILED"] === 1);
    await insert([
      { cart: good, version: 2 },
      { cart: bad, version: 4 },
    ]);
    await waitFor("the good cart's rows", () => Promise.resolve(versionsInKafka(good).length === 2));
    // A row is marked after Kafka has acknowledged it.
    await waitFor("the published rows to be marked", async () => (await statuses())["PUBLISHED"] === 3);
    expect(versionsInKafka(bad)).to.deep.equal([1]);
    expect(await statuses()).to.deep.equal({ PUBLISHED: 3, FAILED: 1, PENDING: 2 });
    const failed = await tables.outbox.rows({ status: "FAILED" });
    expect(failed).to.have.length(1);
    const error = "the metadata has no correlation_id or causation_id";
    expect(failed[0]).to.deep.include({ version: 2, retry_count: 3, error_message: error });
  });

  it("publishes a failed row and the rows behind it after a retry by the operator", async () => {
    const cart = randomUUID();
    await insert([
      { cart, version: 1, metadata: "{}" },
      { cart, version: 2 },
      { cart: randomUUID(), version: 1, metadata: "{}" },
    ]);
    start({ maxAttempts: 1, delayAfter: () => 20 });
    await waitFor("both rows to be given up", async () => (await statuses())["FAILED"] === 2);

    const connection = await pool.getConnection();
    const failed = await listFailed(connection, 10);
    expect(failed.map(({ version, attempts, waiting }) => ({ version, attempts, waiting }))).to.deep.equal([
      { version: 1, attempts: 1, waiting: 1 },
      { version: 1, attempts: 1, waiting: 0 },
    ]);
    await tables.outbox.change(soundMetadata, { aggregate_id: cart });
    expect(await retryFailed(connection, cart)).to.equal(1);
    connection.release();

    await waitFor("both messages of the cart", () => Promise.resolve(versionsInKafka(cart).length >= 2));
    expect(versionsInKafka(cart)).to.deep.equal([1, 2]);
    await waitFor("the other cart to be left alone", async () => {
      const { PUBLISHED, FAILED } = await statuses();
      return PUBLISHED === 2 && FAILED === 1;
    });
  });

  it("sets many rows aside behind a row that was given up, and publishes all of them in order after a retry", async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    await insert(upTo(400).map((version) => ({ cart: bad, version, ...(version === 2 ? { metadata: "{}" } : {}) })));
    start({ maxAttempts: 1, delayAfter: () => 20 });
    await waitFor("no row to be in the way", async () => (await statuses())["PENDING"] === undefined);
    await insert([
      { cart: bad, version: 401 },
      { cart: good, version: 1 },
    ]);
    await waitFor("the good cart's message", () => Promise.resolve(versionsInKafka(good).length === 1));
    await waitFor("the good cart's row to be marked", async () => (await statuses())["PUBLISHED"] === 2);
    expect(versionsInKafka(bad)).to.deep.equal([1]);
    expect(await countOutbox(pool)).to.deep.equal({ pending: 1, failed: 1, setAside: 398 });

    await tables.outbox.change(soundMetadata, { version: 2 });
    expect(await withConnection(pool, (connection) => retryFailed(connection))).to.equal(1);
    await waitFor("all rows to be published", async () => (await statuses())["PUBLISHED"] === 402);
    await waitFor("all messages", () => Promise.resolve(versionsInKafka(bad).length >= 401));
    expect(versionsInKafka(bad)).to.deep.equal(upTo(401));
  });

  it("continues with a cart in order once its row can be published", async () => {
    const cart = randomUUID();
    await insert([
      { cart, version: 1, metadata: "{}" },
      { cart, version: 2 },
    ]);
    start({ maxAttempts: 1000, delayAfter: () => 20 });
    await waitFor("an attempt to fail", async () => {
      return (await tables.outbox.rows()).some(({ retry_count: attempts }) => Number(attempts) > 1);
    });
    await tables.outbox.change(soundMetadata, { version: 1 });
    await waitFor("both rows to be published", async () => (await statuses())["PUBLISHED"] === 2);
    await waitFor("both messages", () => Promise.resolve(versionsInKafka(cart).length >= 2));
    expect(versionsInKafka(cart)).to.deep.equal([1, 2]);
    expect(await tables.blocks.rows()).to.deep.equal([]);
  });

  it("finds the one message that the broker rejects, and publishes all others", async () => {
    const [big, good] = [randomUUID(), randomUUID()];
    await insert([
      { cart: big, version: 1 },
      { cart: good, version: 1 },
    ]);
    // The data is larger than the broker's message.max.bytes.
    await tables.outbox.change({ event_data: { order_id: "x".repeat(2_000_000) } }, { aggregate_id: big });
    start({ maxAttempts: 1, delayAfter: () => 20 });
    await waitFor("both rows to be done", async () => {
      const { PUBLISHED, FAILED } = await statuses();
      return PUBLISHED === 1 && FAILED === 1;
    });
    await waitFor("the good message", () => Promise.resolve(versionsInKafka(good).length > 0));
    expect(versionsInKafka(big)).to.deep.equal([]);
  });

  describe("while the topic of policies is missing", () => {
    const sendPolicies = (count: number) => upTo(count).map(() => ({ cart: randomUUID(), version: 1, type: "TenantPolicy" }));

    it("publishes the carts' rows, says what is wrong, and gives up no row", async () => {
      const { relay } = start({ maxAttempts: 1, delayAfter: () => 20 });
      await warmUp();
      await relay.assertPublishing();
      await insert(sendPolicies(3));
      await waitFor("the reason", async () => {
        const reason = String(await relay.assertPublishing().catch((error: unknown) => error));
        return reason.includes("events of TenantPolicy: This server does not host this topic-partition");
      });
      for (const version of upTo(5)) {
        const cart = randomUUID();
        const began = performance.now();
        await insert([{ cart, version: 1 }]);
        await waitFor("the cart's message", () => Promise.resolve(versionsInKafka(cart).length === 1));
        expect(performance.now() - began, `cart ${version}`).to.be.below(3_000);
      }
      await waitFor("the carts' rows to be marked", async () => (await statuses())["PUBLISHED"] === 6);
      expect(await statuses()).to.deep.equal({ PUBLISHED: 6, PENDING: 3 });
    });

    it("publishes the policies' rows once it exists", async () => {
      await createTopics(createKafka({ brokers: kafkaServer.brokers(), clientId: "relay-spec", logger }), {
        topics: [{ topic: topics.tenantPolicyEvents, partitions: 1 }],
        replicationFactor: 1,
      });
      const { relay } = start();
      await insert([...sendPolicies(3), { cart: randomUUID(), version: 1 }]);
      await waitFor("all rows to be published", async () => (await statuses())["PUBLISHED"] === 4);
      await relay.assertPublishing();
    });

    it("publishes the policies' rows behind more carts' rows than a page has, while the topic of carts is missing instead", async () => {
      start(undefined, { topics: { ...topics, cartEvents: kafkaServer.topicName("missing") } });
      const rowsOfThreePages = 150;
      await insert(upTo(rowsOfThreePages).map(() => ({ cart: randomUUID(), version: 1 })));
      await insert(upTo(3).map(() => ({ cart: randomUUID(), version: 1, type: "TenantPolicy" })));
      await waitFor("the policies' rows to be published", async () => (await statuses())["PUBLISHED"] === 3);
      expect(await statuses()).to.deep.equal({ PUBLISHED: 3, PENDING: rowsOfThreePages });
    });
  });

  describe("while max.message.bytes of the topic of policies is too small", () => {
    const policyTopic = kafkaServer.topicName("small.tenant-policies");
    const sendPolicy = () => insert([{ cart: randomUUID(), version: 1, type: "TenantPolicy" }]);

    it("publishes the carts' rows, names the setting, gives up no row, and publishes the policies' rows once it is large enough", async () => {
      const kafka = createKafka({ brokers: kafkaServer.brokers(), clientId: "relay-spec", logger });
      await createTopics(kafka, { topics: [{ topic: policyTopic, partitions: 1 }], replicationFactor: 1 });
      const { relay } = start({ maxAttempts: 1, delayAfter: () => 20 }, { topics: { ...topics, tenantPolicyEvents: policyTopic } });
      await sendPolicy();
      await waitFor("the first policy to be published", async () => (await statuses())["PUBLISHED"] === 1);

      await setMaxMessageBytes(kafka, policyTopic, 100);
      // Kafka answers before the setting has its effect, so policies are sent until one is refused.
      const refusal = await waitFor("a policy to be refused", async () => {
        await sendPolicy();
        return relay.assertPublishing().then(
          () => undefined,
          (error: unknown) => error,
        );
      });
      expect(refusal)
        .to.have.property("shownReason")
        .that.contains("Kafka takes no events of TenantPolicy: max.message.bytes of the topic");
      const cart = randomUUID();
      await insert([{ cart, version: 1 }]);
      await waitFor("the cart's message", () => Promise.resolve(versionsInKafka(cart).length === 1));
      expect(await statuses())
        .to.include.keys("PENDING")
        .and.not.to.include.keys("FAILED");

      await setMaxMessageBytes(kafka, policyTopic, 1_048_588);
      await waitFor("all rows to be published", async () => (await statuses())["PENDING"] === undefined);
      expect(await statuses()).to.have.all.keys("PUBLISHED");
      await relay.assertPublishing();
    });
  });

  describe("polling in the server", () => {
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    const poll = (known: readonly number[], patience: { limitMs: number; pauseMs: number }) =>
      withConnection(pool, (connection) => awaitPending(connection, { shards, known, limit: pageOf(50) }, patience));

    const selectsOf = async (connection: PoolConnection): Promise<number> => {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Com_select'");
      return Number(rows[0]?.["Value"]);
    };

    it("waits for the limit, even if the pause is longer than the limit", async () => {
      const began = performance.now();
      expect(await poll([], { limitMs: 10, pauseMs: 60 })).to.deep.equal(nothing);
      expect(performance.now() - began).to.be.within(55, 1_000);
    });

    it("waits for rows that are not known yet", async () => {
      await insert([1, 2].map((version) => ({ cart: randomUUID(), version })));
      const { rows } = await poll([], { limitMs: 5_000, pauseMs: 1 });
      const ids = rows.map(({ id }) => id);
      expect(ids).to.have.length(2);
      expect(await poll(ids, { limitMs: 10, pauseMs: 1 })).to.deep.equal(nothing);
      const waiting = poll(ids, { limitMs: 5_000, pauseMs: 1 });
      await insert([{ cart: randomUUID(), version: 3 }]);
      expect((await waiting).rows.map(({ version }) => version)).to.deep.equal([3]);
    });

    it("returns no row before it is committed, and returns to the longer pause while it is not", async () => {
      const appender = await pool.getConnection();
      try {
        await appender.query("START TRANSACTION");
        await insert([{ cart: randomUUID(), version: 1 }], appender);
        const polls = await withConnection(pool, async (connection) => {
          const before = await selectsOf(connection);
          const patience = { limitMs: 100, pauseMs: 20 };
          expect(await awaitPending(connection, { shards, known: [], limit: pageOf(50) }, patience)).to.deep.equal(nothing);
          return (await selectsOf(connection)) - before;
        });
        expect(polls).to.be.within(20, 40);
        const waiting = poll([], { limitMs: 5_000, pauseMs: 1 });
        await appender.query("COMMIT");
        expect((await waiting).rows).to.have.length(1);
      } finally {
        appender.release();
      }
    });
  });

  it("keeps a row FAILED and its aggregate blocked if another relay gave it up while this relay published it", async () => {
    await insert([{ cart: randomUUID(), version: 1 }]);
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    const { rows } = await withConnection(pool, (connection) => fetchPending(connection, { shards, limit: pageOf(1) }));
    const [row] = rows;
    if (row === undefined) throw new Error("there is a row");
    await tables.outbox.change({ status: "FAILED", retry_count: 3 });
    await tables.blocks.insert((await tables.outbox.rows()).map(blockOf));
    for (const keep of [true, false]) expect(await markPublished(pool, { keep }, [{ ...row, retryCount: 2 }])).to.equal(0);
    expect(await statuses()).to.deep.equal({ FAILED: 1 });
    expect(await tables.blocks.rows()).to.have.length(1);
  });

  it("reads only what it needs, however many published rows are kept", async () => {
    const kept = 20_000;
    for (let done = 0; done < kept; done += 2_000) await insert(Array.from({ length: 2_000 }, () => ({ cart: randomUUID(), version: 1 })));
    await tables.outbox.change({ status: "PUBLISHED", published_at: new Date() });
    await insert([{ cart: randomUUID(), version: 1 }]);
    const connection = await pool.getConnection();
    /** Returns the number of index entries and rows that the server reads for `work`. */
    const readsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const reads = async (): Promise<number> => {
        const [rows] = await connection.query<(RowDataPacket & { Value: string })[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
        return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
      };
      const before = await reads();
      await work();
      return (await reads()) - before;
    };
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    expect(await readsOf(() => fetchPending(connection, { shards, limit: pageOf(50) }))).to.be.below(100);
    // No row is past its retention; reading the head of the index is enough to know that.
    expect(await readsOf(() => purgePublished(connection, 60_000, 100))).to.be.below(1_000);
    expect(await readsOf(() => purgePublished(connection, 0, 100))).to.be.below(1_000);
    connection.release();
    expect(await statuses()).to.deep.equal({ PUBLISHED: kept - 100, PENDING: 1 });
  });

  it("purges published rows past their retention, and keeps all others", async () => {
    await insert(upTo(4).map((version) => ({ cart: randomUUID(), version })));
    await tables.outbox.change({ status: "PUBLISHED", published_at: new Date(Date.now() - 3_600_000) }, { version: [1, 2] });
    await tables.outbox.change({ status: "PUBLISHED", published_at: new Date() }, { version: 3 });
    const connection = await pool.getConnection();
    expect(await purgePublished(connection, 60_000, 1)).to.equal(1);
    expect(await purgePublished(connection, 60_000, 10)).to.equal(1);
    expect(await purgePublished(connection, 60_000, 10)).to.equal(0);
    connection.release();
    expect(await statuses()).to.deep.equal({ PUBLISHED: 1, PENDING: 1 });
  });
});
