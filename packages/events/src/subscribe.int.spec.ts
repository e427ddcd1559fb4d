import { useKafka, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { Kafka, logLevel } from "kafkajs";
import type { EventType } from "./eventDecoder.ts";
import { type Notice, subscribe, type SubscribeOptions, type Subscription } from "./subscribe.ts";
import { cartId, eventId, writtenMessage } from "./testing/cartMessages.ts";

type Written = {
  readonly key?: string | Buffer;
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly partition?: number;
};

describe("a subscription", function () {
  this.timeout(60_000);
  const servers = useKafka();
  let kafka: Kafka;
  before(() => (kafka = new Kafka({ brokers: servers.brokers(), logLevel: logLevel.NOTHING })));

  const createTopic = async (name: string, partitions = 1): Promise<string> => {
    const topic = servers.topicName(name);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
    await admin.disconnect();
    return topic;
  };

  const write = async (topic: string, ...messages: readonly Written[]): Promise<void> => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: messages.map((message) => ({ ...message })) });
    await producer.disconnect();
  };

  const subscriptions: Subscription[] = [];
  afterEach(async () => {
    await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
  });

  /** A subscription that collects its events and notices. */
  const follow = (topic: string, options: Partial<SubscribeOptions<EventType>> = {}) => {
    const ids: string[] = [];
    const notices: Notice[] = [];
    const subscription = subscribe({
      kafka,
      groupId: servers.groupName(topic),
      topics: [topic],
      fromBeginning: true,
      backoff: { baseMs: 10, maxMs: 50 },
      report: (notice) => notices.push(notice),
      ...options,
      onEvent: async (event, context) => {
        await options.onEvent?.(event, context);
        ids.push(event.eventId);
      },
    });
    subscriptions.push(subscription);
    return { subscription, ids, notices };
  };

  it("hands events over once and in order, and passes what is no event, unknown, or delivered twice", async () => {
    const topic = await createTopic("subscribe.mixed");
    await write(
      topic,
      writtenMessage(1),
      { value: Buffer.from([0xff, 0x00, 0xfe]) },
      writtenMessage(2, { type: "CartPainted" }),
      writtenMessage(1),
      { ...writtenMessage(3), value: Buffer.alloc(900_000, 0x20) },
      writtenMessage(4),
    );
    const { ids, notices } = follow(topic, { maxValueBytes: 100_000 });
    await waitFor("the last event", () => ids.includes(eventId(4)));
    expect(ids).to.deep.equal([eventId(1), eventId(4)]);
    const reasons = notices.flatMap((notice) => (notice.kind === "skipped" ? [`${notice.at.offset} ${notice.reason}`] : []));
    expect(reasons).to.deep.equal(["1 invalid", "2 unknown-type", "3 duplicate", "4 invalid"]);
  });

  it("delivers an event again until its handler succeeds, before any later one of its partition, while other partitions go on", async () => {
    const topic = await createTopic("subscribe.failing", 2);
    await write(topic, { ...writtenMessage(1), partition: 0 }, { ...writtenMessage(2), partition: 0 });
    let isDown = true;
    const { ids, notices } = follow(topic, {
      onEvent: ({ aggregateId }) => {
        if (isDown && aggregateId === cartId(1)) throw new Error("the mail server is down");
      },
    });
    const attempts = (): number[] => notices.flatMap((notice) => (notice.kind === "failed" ? [notice.attempt] : []));
    await waitFor("a second failure", () => attempts().length >= 2);
    await write(topic, { ...writtenMessage(3), partition: 1 });
    await waitFor("the other partition", () => ids.includes(eventId(3)));
    expect(ids).to.deep.equal([eventId(3)]);
    isDown = false;
    await waitFor("the rest", () => ids.length === 3);
    expect(ids).to.deep.equal([eventId(3), eventId(1), eventId(2)]);
    expect(attempts().slice(0, 2)).to.deep.equal([1, 2]);
  });

  it("waits before it delivers an event again, and twice as long after the next failure", async () => {
    const topic = await createTopic("subscribe.paced");
    await write(topic, writtenMessage(1));
    const startedAt: number[] = [];
    follow(topic, {
      backoff: { baseMs: 400, maxMs: 800 },
      onEvent: () => {
        startedAt.push(performance.now());
        if (startedAt.length < 3) throw new Error("the mail server is down");
      },
    });
    await waitFor("the third attempt", () => startedAt.length === 3);
    const [first = 0, second = 0, third = 0] = startedAt;
    // A timer may be some milliseconds early.
    expect(second - first).to.be.above(390);
    expect(third - second).to.be.above(790);
  });

  it("stays a member of its group while a handler is at work, by heartbeats", async () => {
    const topic = await createTopic("subscribe.slow");
    await write(topic, writtenMessage(1));
    let isAtWork = false;
    let beats = 0;
    const watched = new Kafka({ brokers: servers.brokers(), logLevel: logLevel.NOTHING });
    const createConsumer = watched.consumer.bind(watched);
    watched.consumer = (config) => {
      const consumer = createConsumer(config);
      consumer.on(consumer.events.HEARTBEAT, () => void (beats += Number(isAtWork)));
      return consumer;
    };
    const { ids } = follow(topic, {
      kafka: watched,
      onEvent: async () => {
        isAtWork = true;
        await waitFor("a heartbeat", () => beats > 0, { timeoutMs: 20_000 });
        isAtWork = false;
      },
    });
    await waitFor("the event", () => ids.length === 1, { timeoutMs: 30_000 });
  });

  it("lets the running handler finish when it stops, and the next process goes on behind it", async () => {
    const topic = await createTopic("subscribe.stopped");
    await write(topic, writtenMessage(1), writtenMessage(2));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let entered = false;
    const first = follow(topic, {
      onEvent: async () => {
        entered = true;
        await released;
      },
    });
    await waitFor("the handler to run", () => entered);
    const stopped = first.subscription.stop();
    expect(first.subscription.stop()).to.equal(stopped);
    release();
    await stopped;
    expect(first.ids).to.deep.equal([eventId(1)]);
    const second = follow(topic);
    await waitFor("the rest", () => second.ids.length > 0);
    expect(second.ids).to.deep.equal([eventId(2)]);
  });

  it("delivers an event to the next process if this one stops while it waits after a failure", async () => {
    const topic = await createTopic("subscribe.given-up");
    const groupId = servers.groupName("subscribe.given-up");
    const first = follow(topic, {
      groupId,
      fromBeginning: false,
      backoff: { baseMs: 60_000, maxMs: 60_000 },
      onEvent: () => {
        throw new Error("the mail server is down");
      },
    });
    // The group has no place before its first event: it reads what is written from now on.
    await waitFor("a failure", async () => {
      await write(topic, writtenMessage(1));
      return first.notices.some(({ kind }) => kind === "failed");
    });
    const begin = performance.now();
    await first.subscription.stop();
    expect(performance.now() - begin).to.be.lessThan(20_000);
    const second = follow(topic, { groupId, fromBeginning: false });
    await waitFor("the event", () => second.ids.length > 0);
    expect(second.ids).to.deep.equal([eventId(1)]);
  });

  it("starts again after Kafka could not be reached, however often, and stops while it waits", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warn);
    const unreachable = new Kafka({ brokers: ["127.0.0.1:1"], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
    const { subscription, notices } = follow("subscribe.unreachable", { kafka: unreachable, backoff: { baseMs: 1, maxMs: 10 } });
    // Node.js warns of the eleventh listener that is left behind.
    await waitFor("twelve attempts", () => notices.filter(({ kind }) => kind === "disconnected").length >= 12);
    await subscription.stop();
    process.off("warning", warn);
    expect(warnings.map(({ name }) => name)).to.not.include("MaxListenersExceededWarning");
    expect(notices.every(({ kind }) => kind === "disconnected")).to.equal(true);
  });
});
