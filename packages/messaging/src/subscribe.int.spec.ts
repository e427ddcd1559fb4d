import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLogger } from "@cart/process-kit";
import { useKafka, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { createTopics } from "./createTopics.ts";
import { encodeEventMessage } from "./eventMessage.ts";
import { createEventProducer } from "./eventProducer.ts";
import { createKafka } from "./kafkaClient.ts";

const document = readFileSync(new URL("../../../docs/subscribe.md", import.meta.url), "utf8");
const [, program = ""] = /```js\n(.*?)```/s.exec(document) ?? [];

/** An empty folder with the program, and with kafkajs as `npm install` would place it. */
const copyIntoEmptyFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "cart-subscriber-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(fileURLToPath(new URL("../node_modules/kafkajs", import.meta.url)), join(folder, "node_modules/kafkajs"));
  await writeFile(join(folder, "subscriber.mjs"), program.replace("fromBeginning: false", "fromBeginning: true"));
  return folder;
};

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;
const eventId = (n: number): string => `01890a5d-ac96-774b-bcce-${String(n).padStart(12, "0")}`;

const event = (n: number, eventType: string, data: object = {}) =>
  encodeEventMessage({
    eventId: eventId(n),
    eventType,
    schemaVersion: 1,
    aggregateType: "Cart",
    aggregateId: cartId(n),
    version: 3,
    occurredAt: new Date("2026-06-10T12:00:00Z"),
    metadata: { correlation_id: "request-1", causation_id: "command-1" },
    data: JSON.stringify(data),
  });

describe("docs/subscribe.md", () => {
  const kafka = useKafka();

  it("has a consumer that runs in an empty folder, in about 30 lines", async function () {
    this.timeout(60_000);
    expect(program.split("\n").length).to.be.lessThan(36);
    const topic = kafka.topicName("subscribe");
    const client = createKafka({ brokers: kafka.brokers(), clientId: "docs", logger: createLogger({ service: "docs", level: "silent" }) });
    await createTopics(client, { topics: [{ topic, partitions: 1 }], replicationFactor: 1 });

    const asked: string[] = [];
    const queryApi = createServer((request, response) => {
      asked.push(String(request.url));
      const status = request.url?.startsWith(`/carts/${cartId(2)}`) === true ? "OPEN" : "ABANDONED";
      response.end(JSON.stringify({ status, user_id: "user-1", items: [{ item_id: "item-1" }] }));
    }).listen(0, "127.0.0.1");
    await once(queryApi, "listening");

    const folder = await copyIntoEmptyFolder();
    const child = spawn(process.execPath, ["subscriber.mjs"], {
      cwd: folder,
      env: {
        ...process.env,
        KAFKA_BROKERS: kafka.brokers().join(","),
        TOPIC: topic,
        GROUP: kafka.groupName("mails"),
        QUERY_API: `http://127.0.0.1:${(queryApi.address() as AddressInfo).port}`,
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exited = once(child, "exit");
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    const mails = (): unknown[] =>
      output
        .split("\n")
        .filter((line) => line.includes("messageId"))
        .map((line): unknown => JSON.parse(line));

    const producer = createEventProducer(client);
    try {
      const messages = [
        event(1, "CartAbandoned"),
        event(2, "CartAbandoned"),
        event(3, "ItemAddedToCart"),
        event(4, "CartAbandonmentReminderDue", { step: 2 }),
      ];
      await producer.send([{ topic, messages }]);
      await waitFor("the mails", () => mails().length === 2, { timeoutMs: 40_000 });
      expect(mails()).to.deep.equal([
        { messageId: eventId(1), to: "user-1", subject: "You left something behind", items: 1 },
        { messageId: eventId(4), to: "user-1", subject: "Reminder 2", items: 1 },
      ]);
      expect(asked).to.deep.equal([1, 2, 4].map((n) => `/carts/${cartId(n)}?min_version=3`));
    } finally {
      child.kill("SIGTERM");
      await producer.disconnect();
      queryApi.close();
      await exited;
      await rm(folder, { recursive: true, force: true });
    }
  });
});
