import { createLogger } from "@cart/process-kit";
import { useKafka } from "@cart/testkit";
import { expect } from "chai";
import kafkajs from "kafkajs";
import { createTopics, TopicError } from "./createTopics.ts";
import { createKafka } from "./kafkaClient.ts";

describe("createTopics", () => {
  const server = useKafka();
  const client = () =>
    createKafka({ brokers: server.brokers(), clientId: "test", logger: createLogger({ service: "test", level: "silent" }) });

  const partitionsOf = async (topic: string): Promise<number | undefined> => {
    const admin = client().admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    return topics[0]?.partitions.length;
  };

  it("creates missing topics, keeps existing ones, and may run several times at once", async () => {
    const topics = [
      { topic: server.topicName("a"), partitions: 3 },
      { topic: server.topicName("b"), partitions: 1 },
    ];
    await Promise.all([1, 2, 3].map(() => createTopics(client(), { topics, replicationFactor: 1 })));
    await createTopics(client(), { topics: [...topics, { topic: server.topicName("c"), partitions: 2 }], replicationFactor: 1 });

    expect(await partitionsOf(server.topicName("a"))).to.equal(3);
    expect(await partitionsOf(server.topicName("c"))).to.equal(2);
  });

  it("gives a new topic the retention that it is told", async () => {
    const topic = server.topicName("kept");
    await createTopics(client(), { topics: [{ topic, partitions: 1, retentionMs: 3_600_000 }], replicationFactor: 1 });
    const admin = client().admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ["retention.ms", "message.timestamp.type"] }],
    });
    await admin.disconnect();
    const values = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]) ?? [];
    expect(Object.fromEntries(values)).to.deep.equal({ "retention.ms": "3600000", "message.timestamp.type": "LogAppendTime" });
  });

  it("refuses a topic with fewer partitions, and accepts a topic with more", async () => {
    const topic = server.topicName("d");
    await createTopics(client(), { topics: [{ topic, partitions: 2 }], replicationFactor: 1 });
    await createTopics(client(), { topics: [{ topic, partitions: 1 }], replicationFactor: 1 });

    const error: unknown = await createTopics(client(), { topics: [{ topic, partitions: 3 }], replicationFactor: 1 }).catch(
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(TopicError).with.property("message").that.includes(`${topic} has 2 partitions, expected at least 3`);
    expect(await partitionsOf(topic)).to.equal(2);
  });
});
