import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createLogger } from "@cart/process-kit";
import { useKafka } from "@cart/testkit";
import { expect } from "chai";
import { createTopics } from "./createTopics.ts";
import type { EventMessage } from "./eventMessage.ts";
import { createEventProducer, type EventProducer } from "./eventProducer.ts";
import { createKafka } from "./kafkaClient.ts";
import { isBrokerUnavailable, isMessageRejected } from "./kafkaErrors.ts";
import { readTopic } from "./testing/readTopic.ts";

const message = (key: string, value: string): EventMessage => ({ key, value, headers: { ce_id: value } });

describe("the event producer", () => {
  const server = useKafka();
  const logger = createLogger({ service: "test", level: "silent" });
  const client = (brokers = server.brokers()) => createKafka({ brokers, clientId: "test", logger });
  const opened: EventProducer[] = [];
  const producer = (...args: Parameters<typeof createEventProducer>): EventProducer => {
    const created = createEventProducer(...args);
    opened.push(created);
    return created;
  };

  afterEach(() => Promise.all(opened.splice(0).map((each) => each.disconnect())));

  const newTopic = async (base: string, partitions: number): Promise<string> => {
    const topic = server.topicName(base);
    await createTopics(client(), { topics: [{ topic, partitions }], replicationFactor: 1 });
    return topic;
  };

  it("keeps the order of each key over many requests", async () => {
    const topic = await newTopic("order", 3);
    const messages = Array.from({ length: 1_000 }, (_, n) => message(`key-${n % 7}`, String(n).padStart(5, "0")));
    const events = producer(client(), { maxRequestBytes: 50_000 });
    await Promise.all([0, 250, 500, 750].map((from) => events.send([{ topic, messages: messages.slice(from, from + 250) }])));

    const read = await readTopic(client(), topic, 1_000);
    for (let key = 0; key < 7; key += 1) {
      const values = read.filter((each) => each.key === `key-${key}`).map(({ value }) => value);
      expect(values).to.deep.equal(messages.filter((each) => each.key === `key-${key}`).map(({ value }) => value));
    }
  });

  it("puts a key where the Java client puts it", async () => {
    const topic = await newTopic("partitions", 12);
    // (murmur2(key) & 0x7fffffff) % 12, with the hashes of UtilsTest.testMurmur2 of Apache Kafka.
    const expected = { "21": -973_932_308, foobar: -790_332_482, "a-little-bit-long-string": -985_981_536 };
    await producer(client()).send([{ topic, messages: Object.keys(expected).map((key) => message(key, "x")) }]);

    const read = await readTopic(client(), topic, 3);
    for (const [key, hash] of Object.entries(expected)) {
      expect(read.find((each) => each.key === key)?.partition, key).to.equal((hash & 0x7f_ff_ff_ff) % 12);
    }
  });

  // The broker checks the lengths, counts and checksum that our patch of kafkajs encodes; reading the messages back checks the rest.
  it("encodes messages so that broker and consumers read them, at every boundary of the encoding", async () => {
    const topic = await newTopic("encoding", 1);
    // Lengths are one byte up to 63, two up to 8,191; those between let the checksum end on each of its four strides.
    const lengths = [0, 1, 2, 3, 4, 5, 62, 63, 64, 65, 8_191, 8_192];
    const messages = lengths.flatMap((length): EventMessage[] => [
      { key: "k".repeat(length), value: "v".repeat(length), headers: {} },
      { key: "ключ", value: "ä€𝄞".repeat(length), headers: { empty: "", ["n".repeat(length + 1)]: "ä€𝄞".repeat(length), last: "1.0" } },
    ]);
    // A header may have the name of a member that every object has.
    messages.push({ key: "a", value: "1", headers: { constructor: "2", toString: "3" } });
    // Each message alone, and all together with more records than a one-byte offset can number.
    for (const each of messages) await producer(client()).send([{ topic, messages: [each] }]);
    const many = Array.from({ length: 200 }, (_, n) => message("a", String(n)));
    await producer(client()).send([{ topic, messages: [...messages, ...many] }]);

    const sent = [...messages, ...messages, ...many];
    const read = await readTopic(client(), topic, sent.length);
    expect(read.map(({ key, value, headers }) => ({ key, value, headers }))).to.deep.equal(sent);
  });

  it("distinguishes a rejected message from an unavailable broker, and keeps working after both", async () => {
    const topic = await newTopic("rejected", 1);
    const events = producer(client());
    await events.send([{ topic, messages: [message("a", "1")] }]);

    const tooLarge: unknown = await events.send([{ topic, messages: [message("a", "x".repeat(2_000_000))] }]).catch((e: unknown) => e);
    expect([isMessageRejected(tooLarge), isBrokerUnavailable(tooLarge)]).to.deep.equal([true, false]);

    const noTopic: unknown = await events
      .send([{ topic: server.topicName("none"), messages: [message("a", "x")] }])
      .catch((e: unknown) => e);
    expect([isMessageRejected(noTopic), isBrokerUnavailable(noTopic)]).to.deep.equal([false, true]);

    const away: unknown = await producer(client(["127.0.0.1:1"]))
      .send([{ topic, messages: [message("a", "x")] }])
      .catch((e: unknown) => e);
    expect([isMessageRejected(away), isBrokerUnavailable(away)]).to.deep.equal([false, true]);

    await events.send([{ topic, messages: [message("a", "2")] }]);
    expect((await readTopic(client(), topic, 2)).map(({ value }) => value)).to.deep.equal(["1", "2"]);
  });

  describe("on a topic that refuses what it should accept", () => {
    const topicWith = async (base: string, configEntries: { name: string; value: string }[]): Promise<string> => {
      const topic = server.topicName(base);
      const admin = client().admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
      await admin.disconnect();
      return topic;
    };
    /** Sends through a client that never sees another time, because it measures its time-outs by this clock too. */
    const sendAt = async (aheadMs: number, topic: string, messages: readonly EventMessage[]): Promise<unknown> => {
      const realNow = Date.now;
      Date.now = () => realNow() + aheadMs;
      const events = createEventProducer(client());
      try {
        return await events.send([{ topic, messages }]).catch((error: unknown) => error);
      } finally {
        await events.disconnect();
        Date.now = realNow;
      }
    };
    const messages = Array.from({ length: 20 }, (_, n) => message("a", `${n}`.padEnd(100)));
    const twoHours = 7_200_000;

    for (const [what, setting, aheadMs, said] of [
      ["its max.message.bytes is small", { name: "max.message.bytes", value: "500" }, 0, "max.message.bytes"],
      ["this machine's clock is ahead", { name: "message.timestamp.type", value: "CreateTime" }, twoHours, "LogAppendTime"],
    ] as const) {
      it(`finds no message at fault if ${what}`, async () => {
        const error = await sendAt(aheadMs, await topicWith(setting.name, [setting]), messages);
        expect(String(error)).to.contain(said);
        expect([isMessageRejected(error), isBrokerUnavailable(error)]).to.deep.equal([false, true]);
      });
    }

    it("writes to the topics of `createTopics` whatever the clock of this machine says", async () => {
      const topic = await newTopic("clock", 1);
      expect(await sendAt(twoHours, topic, messages)).to.equal(undefined);
      expect(await readTopic(client(), topic, messages.length)).to.have.length(messages.length);
    });
  });

  /*
   * The broker writes a batch whose answer is lost. kafkajs then reuses the batch's
   * sequence numbers. The broker would take another batch of the same length for the
   * first batch, acknowledge it and drop it.
   */
  it("writes the messages that follow a batch whose answer was lost", async () => {
    const topic = await newTopic("lost-answer", 1);
    const proxy = await kafkaProxy(server.brokers()[0] ?? "");
    try {
      const events = producer(client([proxy.address]));
      await events.send([{ topic, messages: [message("a", "0")] }]);
      proxy.loseAnswers();
      const error: unknown = await events.send([{ topic, messages: [message("a", "1")] }]).catch((e: unknown) => e);
      expect(isBrokerUnavailable(error)).to.equal(true);
      // Wait until the batch has been written, because only then are the sequence numbers stale.
      expect((await readTopic(client(), topic, 2)).map(({ value }) => value)).to.include("1");

      proxy.mend();
      await events.send([{ topic, messages: [message("b", "2")] }]);
      expect((await readTopic(client(), topic, 3)).map(({ value }) => value)).to.include("2");
    } finally {
      await proxy.close();
    }
  });
});

/** Starts a proxy for one broker with an IPv4 address or a host name. It puts its own port into the broker's answers, so that clients stay with it. */
const kafkaProxy = async (broker: string) => {
  const [host = "", port = ""] = broker.split(":");
  const sockets = new Set<Socket>();
  let isLosing = false;

  const listener = createServer((downstream) => {
    const upstream = connect({ host, port: Number(port) });
    for (const socket of [downstream, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        downstream.destroy();
        upstream.destroy();
      });
    }
    downstream.on("data", (data) => upstream.write(data));
    upstream.on("data", (data) => {
      if (isLosing) downstream.destroy();
      else downstream.write(withPort(data, Number(port), own()));
    });
  });
  const own = (): number => (listener.address() as AddressInfo).port;
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");

  return {
    address: `127.0.0.1:${own()}`,
    loseAnswers: () => void (isLosing = true),
    mend: () => void (isLosing = false),
    close: async () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
      await once(listener, "close");
    },
  };
};

/** A broker's address is the 16-bit length of its host, the host and a 32-bit port. */
const withPort = (answer: Buffer, from: number, to: number): Buffer => {
  const patched = Buffer.from(answer);
  for (const host of ["127.0.0.1", "localhost"]) {
    const pattern = Buffer.alloc(2 + host.length + 4);
    pattern.writeUInt16BE(host.length);
    pattern.write(host, 2);
    pattern.writeUInt32BE(from, 2 + host.length);
    for (let at = patched.indexOf(pattern); at >= 0; at = patched.indexOf(pattern, at + 1)) patched.writeUInt32BE(to, at + 2 + host.length);
  }
  return patched;
};
