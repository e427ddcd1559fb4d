import { createServer, type Server, type Socket } from "node:net";
import { createLogger } from "@cart/process-kit";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { Kafka, logLevel } from "kafkajs";
import { createBrokerCheck } from "./brokerCheck.ts";
import { createLagReader } from "./consumerLag.ts";
import { createEventProducer } from "./eventProducer.ts";

const logger = createLogger({ service: "test", level: "silent" });

const attempts: Readonly<Record<string, (kafka: Kafka) => Promise<unknown>>> = {
  "the readiness check": (kafka) => createBrokerCheck(kafka, logger).assertReachable(),
  "the reader of the lag": (kafka) => createLagReader(kafka, "group").readTopics(["events"]),
  "the producer": (kafka) => createEventProducer(kafka).connect(),
};

describe("a broker that accepts connections and never answers", () => {
  const open = new Set<Socket>();
  let accepted = 0;
  let server: Server;
  before("listen", async () => {
    server = createServer((socket) => {
      accepted += 1;
      open.add(socket);
      socket
        .on("close", () => open.delete(socket))
        .on("error", () => undefined)
        .resume();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after("close", async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  for (const [who, attempt] of Object.entries(attempts)) {
    it(`has no connection of ${who} after the attempt has failed`, async () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("expected a port");
      const kafka = new Kafka({
        brokers: [`127.0.0.1:${address.port}`],
        connectionTimeout: 300,
        requestTimeout: 300,
        retry: { initialRetryTime: 10, maxRetryTime: 20, retries: 1 },
        logLevel: logLevel.NOTHING,
      });
      const before = accepted;
      const failed = await attempt(kafka).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failed).to.be.instanceOf(Error);
      expect(accepted).to.be.greaterThan(before);
      await waitFor("its connections to be closed", () => open.size === 0);
    });
  }
});
