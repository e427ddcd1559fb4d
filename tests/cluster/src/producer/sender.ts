import { setTimeout as delay } from "node:timers/promises";
import type { EventMessage } from "@cart/messaging";
import type { Messaging } from "./messaging.ts";

/** What a sender was told: the values 1 to n of each key are acknowledged. */
export type Ledger = {
  readonly lastValueByKey: ReadonlyMap<string, number>;
  readonly acknowledged: number;
  /** Calls that rejected because no broker could do it. Their messages were sent again. */
  readonly unavailable: number;
  /** Calls that rejected because something was not acknowledged, although kafkajs said that all was done. */
  readonly unacknowledged: number;
};

export type Sender = {
  /** Finishes the batch that is under way, and rejects if the sender has failed. */
  readonly stop: () => Promise<Ledger>;
};

export type SenderOptions = {
  readonly name: string;
  readonly messaging: Messaging;
  readonly kafka: ReturnType<Messaging["createKafka"]>;
  readonly topic: string;
};

const keysOfASender = 24;

/** Messages of one key in a batch, so that their order within a batch is tried as well. */
const messagesOfAKey = 2;

/** Between batches, which leaves the brokers some of the machine. Milliseconds. */
const pauseMs = 5;

/** Between attempts of a batch that was refused. Milliseconds. */
const retryPauseMs = 50;

/** How long a batch is sent again before the sender gives up. Milliseconds. */
const patienceMs = 60_000;

/** Sends batches to all partitions as a relay does: the next one only when the one before is acknowledged, else that one again. */
export const startSender = ({ name, messaging, kafka, topic }: SenderOptions): Sender => {
  const producer = messaging.createEventProducer(kafka);
  const keys = Array.from({ length: keysOfASender }, (_, n) => `${name}-${n}`);
  let last = 0;
  let unavailable = 0;
  let unacknowledged = 0;
  const stopping = new AbortController();

  const send = async (messages: readonly EventMessage[]): Promise<void> => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        await producer.send([{ topic, messages }]);
        return;
      } catch (error) {
        if (!messaging.isBrokerUnavailable(error) || performance.now() > deadline) throw error;
        if (error instanceof Error && error.name === "UnacknowledgedError") unacknowledged += 1;
        else unavailable += 1;
      }
      await delay(retryPauseMs);
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const messages: EventMessage[] = [];
      for (let value = last + 1; value <= last + messagesOfAKey; value += 1) {
        for (const key of keys) messages.push({ key, value: String(value), headers: {} });
      }
      await send(messages);
      last += messagesOfAKey;
      await delay(pauseMs);
    }
  };

  const running = run();
  // Reported by `stop`; until then nobody waits for it.
  running.catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      try {
        await running;
      } finally {
        await producer.disconnect();
      }
      const lastValueByKey = new Map(keys.map((key) => [key, last]));
      return { lastValueByKey, acknowledged: last * keys.length, unavailable, unacknowledged };
    },
  };
};
