import { createLogger } from "@cart/process-kit";
import { useKafka, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { type BatchConsumer, runBatchConsumer } from "./batchConsumer.ts";
import { createTopics } from "./createTopics.ts";
import { createEventProducer } from "./eventProducer.ts";
import { assertOwnGroups, eventStoreOf } from "./foreignSystems.ts";
import { createKafka } from "./kafkaClient.ts";

const ours = "11111111-1111-4111-8111-111111111111";
const theirs = "22222222-2222-4222-8222-222222222222";
const logger = createLogger({ service: "own-messages-spec", level: "silent" });

describe("two systems with the same topics", function () {
  // Members join and leave a group within seconds, on a loaded machine within half a minute.
  this.timeout(120_000);
  const patient = { timeoutMs: 60_000 };
  const kafkaServer = useKafka();
  const kafka = () => createKafka({ brokers: kafkaServer.brokers(), clientId: "own-messages-spec", logger });
  let topic: string;
  let groupId: string;
  let running: BatchConsumer[];
  let specs = 0;

  beforeEach(async () => {
    running = [];
    specs += 1;
    topic = kafkaServer.topicName(`own-messages-${specs}`);
    groupId = kafkaServer.groupName(`own-messages-${specs}`);
    await createTopics(kafka(), { topics: [{ topic, partitions: 2 }], replicationFactor: 1 });
  });
  afterEach(() => Promise.all(running.map((consumer) => consumer.stop())));

  /** Sends a message for each key and event store; `undefined` is a release that names none. */
  const send = async (...messages: readonly (readonly [string, string | undefined])[]): Promise<void> => {
    const producer = createEventProducer(kafka());
    const of = ([key, eventStoreId]: readonly [string, string | undefined]) => ({
      key,
      value: "{}",
      headers: eventStoreId === undefined ? {} : { ce_eventstoreid: eventStoreId },
    });
    await producer.send([{ topic, messages: messages.map(of) }]);
    await producer.disconnect();
  };

  /** Starts the consumer of a system. */
  const follow = (ids: string | (() => readonly string[])) => {
    const handled: string[] = [];
    let skipped = 0;
    const consumer = runBatchConsumer({
      kafka: kafka(),
      groupId,
      topics: [topic],
      logger,
      follows: { ids: async () => (typeof ids === "string" ? [ids] : ids()), onForeign: (messages) => void (skipped += messages) },
      handleBatch: async (messages) => {
        handled.push(...messages.map((message) => `${message.key?.toString()} ${eventStoreOf(message) ?? "none"}`));
      },
    });
    running.push(consumer);
    const refusal = () =>
      consumer.assertReady().then(
        () => "",
        (error: unknown) => (error instanceof Error && "shownReason" in error ? String(error.shownReason) : String(error)),
      );
    return { consumer, handled, skipped: () => skipped, refusal };
  };

  it("refuse in words to share a consumer group, and the first goes on with all partitions", async () => {
    const first = follow(ours);
    await send(["a", ours], ["b", undefined]);
    await waitFor("the first system's messages", () => Promise.resolve(first.handled.length === 2), patient);
    const second = follow(theirs);
    await waitFor("the refusal", async () => (await second.refusal()).includes("belongs to another system"), patient);
    expect(await second.refusal()).to.contain(`the event store ${ours}, and this system's event store is ${theirs}`);
    expect(await second.refusal()).to.contain("KAFKA_TOPIC_PREFIX");
    const more = Array.from({ length: 20 }, (_, index): readonly [string, string] => [`c${index}`, ours]);
    await send(...more);
    await waitFor("further messages", () => Promise.resolve(first.handled.length === 22), patient);
    await first.consumer.assertReady();
    expect(second.handled).to.deep.equal([]);

    const refused = await assertOwnGroups(kafka(), { groupIds: [groupId], topics: [topic], own: [theirs] }).catch(
      (error: unknown) => error,
    );
    expect(String(refused)).to.contain("belongs to another system");
    await assertOwnGroups(kafka(), { groupIds: [groupId], topics: [topic], own: [ours] });
  });

  it("have the messages of the other skipped and counted by the system whose group it is", async () => {
    const own = follow(ours);
    await send(["a", ours], ["b", theirs], ["c", theirs], ["d", ours], ["e", undefined]);
    await waitFor("the own messages", () => Promise.resolve(own.handled.length === 3), patient);
    await waitFor("the others to be counted", () => Promise.resolve(own.skipped() === 2), patient);
    expect(own.handled.toSorted()).to.deep.equal([`a ${ours}`, `d ${ours}`, "e none"]);
    await own.consumer.assertReady();
  });

  it("both refuse if they started at once, before either commits past a message of the other", async () => {
    const both = [follow(ours), follow(theirs)] as const;
    await waitFor(
      "both to have a partition",
      () => Promise.resolve(both.every(({ consumer }) => consumer.assignment().length === 1)),
      patient,
    );
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`);
    await send(
      ...keys.flatMap((key): (readonly [string, string])[] => [
        [key, ours],
        [key, theirs],
      ]),
    );
    for (const { refusal } of both)
      await waitFor("the refusal", async () => (await refusal()).includes("belongs to another system"), patient);
    expect(both.map(({ skipped }) => skipped())).to.deep.equal([0, 0]);
    for (const [index, id] of [ours, theirs].entries()) {
      expect(both[index]?.handled.filter((message) => !message.endsWith(id))).to.deep.equal([]);
    }
  });

  it("are one system after a rebuild from a restored event store, whose id is new: its messages are handled, older ones skipped", async () => {
    let ids: readonly string[] = [ours];
    const own = follow(() => ids);
    await send(["a", ours]);
    await waitFor("the first message", () => Promise.resolve(own.handled.length === 1), patient);
    const groupIsOwn = (known: readonly string[]): Promise<boolean> =>
      assertOwnGroups(kafka(), { groupIds: [groupId], topics: [topic], own: known }).then(
        () => true,
        () => false,
      );
    await waitFor("the commit under the former id", async () => !(await groupIsOwn([theirs])), patient);
    expect(await groupIsOwn([theirs, ours])).to.equal(true);
    ids = [theirs, ours];
    await send(["b", theirs], ["c", theirs], ["d", theirs]);
    await waitFor("the messages with the new id", () => Promise.resolve(own.handled.length === 4), patient);
    await send(["e", ours], ["f", theirs]);
    await waitFor("the message behind an older one", () => Promise.resolve(own.handled.length === 5), patient);
    await waitFor("the older one to be skipped", () => Promise.resolve(own.skipped() === 1), patient);
    await own.consumer.assertReady();
  });
});
