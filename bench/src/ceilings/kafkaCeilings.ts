import { createEventProducer, runBatchConsumer } from "@cart/messaging";
import type { Bench, Measurement } from "../measurement.ts";
import { cartMessages, inBatches } from "../system/cartMessages.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import { until } from "../system/until.ts";

const carts = 25_000;
const eventsEach = 4;
const messagesEach = 1_000;

/**
 * The throughput of kafkajs without this product: batches of the same messages,
 * acks=all. They are sent twice and only the second time is measured, because a broker
 * that has just started runs code that is not compiled yet and takes twice as long.
 */
export const kafkaInCeiling = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, async ({ kafka, topics }) => {
    const batches = inBatches(cartMessages(carts, eventsEach), messagesEach);
    const producer = createEventProducer(kafka);
    for (const messages of batches) await producer.send([{ topic: topics.cartEvents, messages }]);
    const started = performance.now();
    for (const messages of batches) await producer.send([{ topic: topics.cartEvents, messages }]);
    const seconds = (performance.now() - started) / 1000;
    await producer.disconnect();
    return { value: (carts * eventsEach) / seconds };
  });

/** One consumer reads the same messages and does nothing with them. */
export const kafkaOutCeiling = (bench: Bench): Promise<Measurement> =>
  withFreshSystem(bench, async ({ kafka, topics, logger }) => {
    const producer = createEventProducer(kafka);
    for (const messages of inBatches(cartMessages(carts, eventsEach), messagesEach)) {
      await producer.send([{ topic: topics.cartEvents, messages }]);
    }
    await producer.disconnect();
    let read = 0;
    let first = 0;
    const consumer = runBatchConsumer({
      kafka,
      groupId: topics.cartEvents,
      topics: [topics.cartEvents],
      logger,
      handleBatch: (messages) => {
        first ||= performance.now();
        read += messages.length;
        return Promise.resolve();
      },
    });
    await until("the consumer to read everything", 120, () => read >= carts * eventsEach);
    const seconds = (performance.now() - first) / 1000;
    await consumer.stop();
    return { value: read / seconds };
  });
