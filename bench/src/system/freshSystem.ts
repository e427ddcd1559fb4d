import { join } from "node:path";
import { createKafka, createTopics, topicsWithPrefix, type Topics } from "@cart/messaging";
import { migrateAbandonment, migrateEventStore, migrateKeyStore, migrateReadModel } from "@cart/migrations";
import { createLogger, type Logger } from "@cart/process-kit";
import { type BuiltService, startBuiltService } from "@cart/tools/own-servers";
import mysql, { type Pool } from "mysql2/promise";
import type { Bench } from "../measurement.ts";
import { profiledInto } from "../profiles.ts";

/** Empty databases and topics. */
export type FreshSystem = {
  readonly eventStoreUrl: string;
  readonly readModelUrl: string;
  readonly abandonmentUrl: string;
  readonly keyStoreUrl: string;
  readonly eventStore: Pool;
  readonly readModel: Pool;
  readonly topics: Topics;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly logger: Logger;
  readonly start: (service: string, env?: Readonly<Record<string, string>>) => Promise<BuiltService>;
};

let count = 0;

/** Gives a fresh system to `work`. Afterwards it stops the services that were started in it and drops its databases. */
export const withFreshSystem = async <T>(bench: Bench, work: (system: FreshSystem) => Promise<T>): Promise<T> => {
  const name = `bench_${process.pid}_${count++}`;
  const database = (part: string): string => {
    const url = new URL(bench.mysqlUrl);
    url.pathname = `/${name}_${part}`;
    return url.href;
  };
  const [eventStoreUrl, readModelUrl] = [database("eventstore"), database("readmodel")];
  const [abandonmentUrl, keyStoreUrl] = [database("abandonment"), database("keystore")];
  await migrateEventStore(eventStoreUrl);
  await migrateReadModel(readModelUrl);
  await migrateAbandonment(abandonmentUrl);
  await migrateKeyStore(keyStoreUrl);

  const logger = createLogger({ service: "bench", level: "error" });
  const kafka = createKafka({ brokers: bench.brokers, clientId: "bench", logger });
  const topics = topicsWithPrefix(`${name}.`);
  await createTopics(kafka, {
    topics: [
      { topic: topics.cartEvents, partitions: 12 },
      { topic: topics.tenantPolicyEvents, partitions: 1 },
    ],
    replicationFactor: 1,
  });

  const eventStore = mysql.createPool({ uri: eventStoreUrl, connectionLimit: 4, timezone: "Z" });
  const readModel = mysql.createPool({ uri: readModelUrl, connectionLimit: 4, timezone: "Z" });
  const running: BuiltService[] = [];
  const env = {
    EVENTSTORE_URL: eventStoreUrl,
    READMODEL_URL: readModelUrl,
    ABANDONMENT_URL: abandonmentUrl,
    KAFKA_BROKERS: bench.brokers.join(","),
    KAFKA_TOPIC_PREFIX: `${name}.`,
  };
  try {
    return await work({
      eventStoreUrl,
      readModelUrl,
      abandonmentUrl,
      keyStoreUrl,
      eventStore,
      readModel,
      topics,
      kafka,
      logger,
      start: async (service, extra = {}) => {
        const nodeOptions = bench.profiles === undefined ? [] : profiledInto(join(bench.profiles, `${name}-${service}`));
        const started = await startBuiltService(service, { ...env, ...extra }, { nodeOptions });
        running.push(started);
        return started;
      },
    });
  } finally {
    await Promise.all(running.map((service) => service.stop()));
    await eventStore.query("DROP DATABASE ??", [`${name}_eventstore`]);
    await readModel.query("DROP DATABASE ??", [`${name}_readmodel`]);
    await readModel.query("DROP DATABASE ??", [`${name}_abandonment`]);
    await readModel.query("DROP DATABASE ??", [`${name}_keystore`]);
    await Promise.all([eventStore.end(), readModel.end()]);
  }
};
