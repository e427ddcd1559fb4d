import { createLogger } from "@cart/process-kit";
import { useKafka, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { type BatchConsumer, type BatchConsumerOptions, runBatchConsumer } from "./batchConsumer.ts";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { createTopics } from "./createTopics.ts";
import { createEventProducer, type EventProducer } from "./eventProducer.ts";
import { createKafka } from "./kafkaClient.ts";

describe("the batch consumer", () => {
  const server = useKafka();
  const logger = createLogger({ service: "test", level: "silent" });
  // kafkajs shares the committed offsets of a group among all consumers of one client, so each member has a separate client.
  const client = () => createKafka({ brokers: server.brokers(), clientId: "test", logger });

  const running: BatchConsumer[] = [];
  const consume = (
    name: string,
    handleBatch: BatchConsumerOptions["handleBatch"],
    more: Partial<BatchConsumerOptions> = {},
  ): BatchConsumer => {
    const consumer = runBatchConsumer({
      kafka: client(),
      groupId: server.groupName(name),
      topics: [server.topicName(name)],
      logger,
      handleBatch,
      retry: { baseMs: 10, maxMs: 50 },
      ...more,
    });
    running.push(consumer);
    return consumer;
  };

  let producer: EventProducer;
  before(() => void (producer = createEventProducer(client())));
  after(() => producer.disconnect());
  afterEach(() => Promise.all(running.splice(0).map((consumer) => consumer.stop())));

  const newTopic = (name: string, partitions: number): Promise<void> =>
    createTopics(client(), { topics: [{ topic: server.topicName(name), partitions }], replicationFactor: 1 });

  /** Sends the values 0 to `count` − 1, with `keys` keys in turn. */
  const publish = (name: string, count: number, keys = 8, from = 0): Promise<void> =>
    producer.send([
      {
        topic: server.topicName(name),
        messages: Array.from({ length: count }, (_, n) => ({ key: `key-${(from + n) % keys}`, value: String(from + n), headers: {} })),
      },
    ]);

  const valueOf = ({ value }: ConsumedMessage): number => Number(value?.toString());
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
  const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

  it("handles every message in batches of bounded size, several partitions at a time, each partition in order", async () => {
    await newTopic("all", 4);
    await publish("all", 500);
    const batches: (readonly ConsumedMessage[])[] = [];
    const consumer = consume("all", async (messages) => void batches.push(messages), { maxBatchMessages: 200 });
    await waitFor("all messages", () => batches.flat().length === 500);

    expect(sorted(batches.flat().map(valueOf))).to.deep.equal(numbers(500));
    expect(Math.max(...batches.map((batch) => batch.length))).to.equal(200);
    expect(Math.max(...batches.map((batch) => new Set(batch.map(({ partition }) => partition)).size))).to.be.greaterThan(1);
    for (const partition of numbers(4)) {
      const offsets = batches
        .flat()
        .filter((message) => message.partition === partition)
        .map(({ offset }) => Number(offset));
      expect(offsets).to.deep.equal(numbers(offsets.length));
    }
    expect(consumer.assignment()).to.have.length(4);
  });

  it("uses the configured number of lanes at once, and never handles a partition in two of them", async () => {
    await newTopic("lanes", 4);
    await publish("lanes", 400);
    const handled: ConsumedMessage[] = [];
    const busy = new Set<number>();
    let meet = (): void => undefined;
    const bothAreBusy = new Promise<void>((resolve) => (meet = resolve));
    consume(
      "lanes",
      async (messages) => {
        const partitions = new Set(messages.map(({ partition }) => partition));
        for (const partition of partitions) {
          expect(busy.has(partition), `partition ${partition} is in two batches`).to.equal(false);
          busy.add(partition);
        }
        if (busy.size > partitions.size) meet();
        await bothAreBusy;
        handled.push(...messages);
        for (const partition of partitions) busy.delete(partition);
      },
      { maxBatchMessages: 20, lanes: 2 },
    );
    await waitFor("all messages", () => handled.length >= 400);
    expect(sorted(handled.map(valueOf))).to.deep.equal(numbers(400));
    for (const partition of numbers(4)) {
      const offsets = handled.filter((message) => message.partition === partition).map(({ offset }) => Number(offset));
      expect(offsets).to.deep.equal(numbers(offsets.length));
    }
  });

  it("handles a fetch that fits into one batch in one call, however many lanes there are", async () => {
    await newTopic("one-lane", 4);
    await publish("one-lane", 100);
    const batches: (readonly ConsumedMessage[])[] = [];
    consume("one-lane", async (messages) => void batches.push(messages), { lanes: 2, minBytes: 4_096 });
    await waitFor("all messages", () => batches.flat().length === 100);
    expect(batches.map((batch) => new Set(batch.map(({ partition }) => partition)).size)).to.deep.equal([4]);
  });

  it("gathers single messages into a few batches if minBytes allows it", async () => {
    await newTopic("gathered", 1);
    const batches: number[] = [];
    const consumer = consume("gathered", async (messages) => void batches.push(messages.length), { minBytes: 65_536 });
    await waitFor("readiness", () => consumer.assertReady().then(() => true));
    for (const n of numbers(40)) await publish("gathered", 1, 1, n);
    await waitFor("all messages", () => batches.reduce((sum, length) => sum + length, 0) === 40);
    expect(batches.length).to.be.below(10);
  });

  it("retries a failed batch until it succeeds, and skips no message", async () => {
    await newTopic("retried", 2);
    await publish("retried", 20);
    const handled: number[] = [];
    let failures = 0;
    consume("retried", async (messages) => {
      if (failures < 5) {
        failures += 1;
        throw new Error("the database is away");
      }
      handled.push(...messages.map(valueOf));
    });
    await waitFor("all messages", () => handled.length >= 20);
    expect(sorted(handled)).to.deep.equal(numbers(20));
  });

  it("commits no offset of a failed batch, so that the next member gets it", async () => {
    await newTopic("given-up", 2);
    await publish("given-up", 20);
    let attempts = 0;
    const failing = consume("given-up", async () => {
      attempts += 1;
      throw new Error("the database is away");
    });
    await waitFor("some attempts", () => attempts >= 2);
    await failing.stop();

    const handled: number[] = [];
    consume("given-up", async (messages) => void handled.push(...messages.map(valueOf)));
    await waitFor("all messages", () => handled.length >= 20);
    expect(sorted(handled)).to.deep.equal(numbers(20));
  });

  it("finishes and commits the running batch when it is stopped, and no later batch", async () => {
    await newTopic("stopped", 1);
    await publish("stopped", 30, 1);
    const first: number[] = [];
    let finish = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (finish = resolve));
    const stopped = consume(
      "stopped",
      async (messages) => {
        first.push(...messages.map(valueOf));
        await blocked;
      },
      { maxBatchMessages: 10 },
    );
    await waitFor("the first batch", () => first.length > 0);
    const stop = stopped.stop();
    finish();
    await stop;
    expect(first).to.deep.equal(numbers(10));

    const second: number[] = [];
    consume("stopped", async (messages) => void second.push(...messages.map(valueOf)));
    await waitFor("the rest", () => second.length >= 20);
    expect(second).to.deep.equal(numbers(30).slice(10));
  });

  it("shares the partitions among its members, and takes over the partitions of a member that leaves", async () => {
    await newTopic("shared", 4);
    const handled: number[] = [];
    const handle = async (messages: readonly ConsumedMessage[]): Promise<void> => void handled.push(...messages.map(valueOf));
    const first = consume("shared", handle);
    await waitFor("the first member", () => first.assignment().length === 4);
    const second = consume("shared", handle);
    await waitFor("a fair share", () => first.assignment().length === 2 && second.assignment().length === 2);
    await publish("shared", 40);
    await waitFor("both to have read", () => handled.length >= 40);

    await second.stop();
    await waitFor("the takeover", () => first.assignment().length === 4);
    await publish("shared", 40, 8, 40);
    await waitFor("all messages", () => handled.length >= 80);
    expect(sorted(handled)).to.deep.equal(numbers(80));
  });

  it("stays in the group while a batch fails for longer than the session timeout", async () => {
    await newTopic("long", 1);
    await publish("long", 5, 1);
    const failingUntil = Date.now() + 7_500;
    const handled: number[] = [];
    const consumer = consume(
      "long",
      async (messages) => {
        if (Date.now() < failingUntil) throw new Error("the database is away");
        handled.push(...messages.map(valueOf));
      },
      { sessionTimeoutMs: 6_000, retry: { baseMs: 10, maxMs: 500 } },
    );
    await waitFor("the batch", () => handled.length > 0);
    await consumer.assertReady();
    expect(handled).to.deep.equal(numbers(5));
  });

  it("starts again if its group does not answer its join, and handles the messages once the group does", async () => {
    const name = "silent-group";
    await newTopic(name, 1);
    await publish(name, 5);
    // A member that neither finishes its batch nor sends heartbeats: until its session ends, the broker holds up everybody's join.
    const stuck = client().consumer({ groupId: server.groupName(name), sessionTimeout: 120_000, rebalanceTimeout: 120_000 });
    await stuck.subscribe({ topics: [server.topicName(name)], fromBeginning: true });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let hasBatch = false;
    await stuck.run({
      autoCommit: false,
      eachBatch: async () => {
        hasBatch = true;
        await released;
      },
    });
    try {
      await waitFor("the stuck member's batch", () => hasBatch);
      const lines: string[] = [];
      const read: number[] = [];
      const consumer = consume(name, async (messages) => void read.push(...messages.map(valueOf)), {
        logger: createLogger({ service: "test", level: "info", destination: { write: (line: string) => void lines.push(line) } }),
        sessionTimeoutMs: 6_000,
        rebalanceTimeoutMs: 1_000,
      });
      await waitFor("the second start", () => lines.some((line) => line.includes("will start again") && line.includes("for 7000 ms")));
      expect(read).to.deep.equal([]);
      release();
      await stuck.disconnect();
      await waitFor("the messages", () => read.length === 5);
      await waitFor("the consumer to be ready", async () => (await consumer.assertReady()) === undefined);
    } finally {
      release();
      await stuck.disconnect();
    }
  });

  it("reports its lag and its readiness", async () => {
    await newTopic("lag", 2);
    await publish("lag", 10);
    let finish = (): void => undefined;
    const blocked = new Promise<void>((resolve) => (finish = resolve));
    const consumer = consume("lag", () => blocked);
    const notYet: unknown = await consumer.assertReady().catch((error: unknown) => error);
    expect(notYet).to.be.instanceOf(Error);

    await waitFor("readiness", () => consumer.assertReady().then(() => true));
    const total = async (): Promise<number> => (await consumer.lag()).reduce((sum, { lag }) => sum + lag, 0);
    expect(await total()).to.equal(10);
    expect((await consumer.lag()).map(({ partition }) => partition).toSorted((a, b) => a - b)).to.deep.equal([0, 1]);
    finish();
    await waitFor("no lag", async () => (await total()) === 0);

    await consumer.stop();
    const stopped: unknown = await consumer.assertReady().catch((error: unknown) => error);
    expect(stopped).to.be.instanceOf(Error);
  });

  it("waits for a topic that does not exist yet, and says once that it works again", async () => {
    const handled: number[] = [];
    const lines: string[] = [];
    const logged = (text: string): number => lines.filter((line) => line.includes(text)).length;
    const consumer = consume("late", async (messages) => void handled.push(...messages.map(valueOf)), {
      logger: createLogger({ service: "test", level: "info", destination: { write: (line: string) => void lines.push(line) } }),
    });
    await waitFor("a failure", () => logged('"level":50') > 0);
    await newTopic("late", 1);
    await publish("late", 3);
    await waitFor("the messages", () => handled.length >= 3);
    await consumer.assertReady();
    expect(logged('"recovered":true')).to.equal(1);
    expect(lines.at(-1)).to.contain("the consumer works again");
  });

  describe("whose next messages were deleted from Kafka", () => {
    const deleteUpTo = async (name: string, offset: number): Promise<void> => {
      const admin = client().admin();
      await admin.connect();
      // kafkajs deletes only from a topic that it knows.
      await admin.fetchTopicOffsets(server.topicName(name));
      await admin.deleteTopicRecords({ topic: server.topicName(name), partitions: [{ partition: 0, offset: String(offset) }] });
      await admin.disconnect();
    };

    /** Reads the first 10 messages, and loses those before offset `upTo` of 20 more while no consumer runs. */
    const readAndLose = async (name: string, upTo: number) => {
      await newTopic(name, 1);
      await publish(name, 10);
      const read: number[] = [];
      const handle = async (messages: readonly ConsumedMessage[]) => void read.push(...messages.map(valueOf));
      const first = consume(name, handle);
      await waitFor("the first messages", () => read.length === 10);
      await first.stop();
      await publish(name, 20, 8, 10);
      await deleteUpTo(name, upTo);
      return { read, handle };
    };

    it("reports them, and goes on with the first that is left", async () => {
      const { read, handle } = await readAndLose("lost", 25);
      const lost: unknown[] = [];
      consume("lost", handle, { onLost: (each) => lost.push(each) });
      await waitFor("the other messages", () => read.length === 15);
      expect(read.slice(10)).to.deep.equal([25, 26, 27, 28, 29]);
      expect(lost).to.deep.equal([{ topic: server.topicName("lost"), partition: 0, from: undefined, to: "25" }]);
    });

    it("reports them at once if none is left and none follows, and not a second time", async () => {
      const { read, handle } = await readAndLose("lost-all", 30);
      const lost: unknown[] = [];
      consume("lost-all", handle, { onLost: (each) => lost.push(each) });
      await waitFor("the report", () => lost.length > 0);
      await publish("lost-all", 5, 8, 30);
      await waitFor("the next messages", () => read.length === 15);
      expect(lost).to.deep.equal([{ topic: server.topicName("lost-all"), partition: 0, from: undefined, to: "30" }]);
    });

    it("reports which, if it has read the messages before them", async () => {
      await newTopic("lost-behind", 1);
      await publish("lost-behind", 10);
      const read: number[] = [];
      const lost: unknown[] = [];
      let resume = (): void => undefined;
      const paused = new Promise<void>((resolve) => (resume = resolve));
      consume(
        "lost-behind",
        async (messages) => {
          read.push(...messages.map(valueOf));
          await paused;
        },
        { onLost: (each) => lost.push(each) },
      );
      await waitFor("the first messages", () => read.length === 10);
      await publish("lost-behind", 20, 8, 10);
      await deleteUpTo("lost-behind", 25);
      resume();
      await waitFor("the other messages", () => read.length === 15);
      expect(lost).to.deep.equal([{ topic: server.topicName("lost-behind"), partition: 0, from: "10", to: "25" }]);
    });
  });
});
