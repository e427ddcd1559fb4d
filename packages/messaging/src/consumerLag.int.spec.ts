import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger } from "@cart/process-kit";
import { useKafka, waitFor } from "@cart/testkit";
import { Kafka, logLevel } from "kafkajs";
import { createLagReader } from "./consumerLag.ts";
import { createTopics } from "./createTopics.ts";
import { createKafka } from "./kafkaClient.ts";

describe("the reader of a group's lag", () => {
  const kafka = useKafka();
  const logger = createLogger({ service: "test", level: "silent" });
  before("create two topics", () =>
    createTopics(createKafka({ brokers: kafka.brokers(), clientId: "test", logger }), {
      topics: ["a", "b"].map((name) => ({ topic: kafka.topicName(name), partitions: 3 })),
      replicationFactor: 1,
    }),
  );

  /** A client whose sockets the spec sees. */
  const seenClient = (): { readonly client: Kafka; readonly open: ReadonlySet<Socket> } => {
    const open = new Set<Socket>();
    const client = new Kafka({
      brokers: kafka.brokers(),
      logLevel: logLevel.NOTHING,
      socketFactory: ({ host, port, onConnect }) => {
        const socket = connect({ host, port }, onConnect);
        open.add(socket);
        return socket.on("close", () => open.delete(socket));
      },
    });
    return { client, open };
  };

  it("leaves no connection open if it is closed at any moment of a read", async () => {
    const topics = ["a", "b"].map((name) => kafka.topicName(name));
    for (let afterMs = 0; afterMs <= 40; afterMs += 2) {
      const { client, open } = seenClient();
      const reader = createLagReader(client, kafka.groupName("group"));
      const reading = reader.readTopics(topics);
      await Promise.race([delay(afterMs), Promise.allSettled([reading])]);
      // The read may also fail, on a Kafka that has not elected the group's coordinator yet.
      await Promise.allSettled([reading, reader.close()]);
      await waitFor(`its connections to be closed, ${afterMs} ms after the start`, () => open.size === 0);
    }
  });
});
