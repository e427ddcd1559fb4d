import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateAbandonment, migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { tokenEnv } from "@cart/testkit";
import { type BuiltService, reportToStderr, startBuiltService, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";

export const serviceNames = ["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** All services on servers of their own, which can be taken away from them, with everything that each service has logged. */
export type LoggedSystem = {
  readonly url: (service: ServiceName) => string;
  readonly logOf: (service: ServiceName) => string;
  readonly eventStoreUrl: string;
  readonly brokers: () => readonly string[];
  readonly topics: ReturnType<typeof topicsWithPrefix>;
  /** Kills the server. The returned function starts it again on the same port. */
  readonly takeMysqlAway: () => Promise<() => Promise<void>>;
  readonly takeKafkaAway: () => Promise<() => Promise<void>>;
  readonly stop: () => Promise<void>;
};

export const startLoggedSystem = async (): Promise<LoggedSystem> => {
  const folder = await mkdtemp(join(tmpdir(), "cart-logs-"));
  const planOf = (name: string) => ({ folder: join(folder, name), keep: true, report: reportToStderr });
  const mysqlPlan = planOf("mysql");
  const kafkaPlan = planOf("kafka");
  let mysql = await startOwnMysql(mysqlPlan);
  let kafka = await startOwnKafka(kafkaPlan);
  const ports = {
    mysql: portOf(mysql.url.slice(mysql.url.lastIndexOf("@") + 1)),
    kafka: portOf(kafka.brokers[0] ?? ""),
  };

  const databases = { EVENTSTORE_URL: `${mysql.url}/events`, READMODEL_URL: `${mysql.url}/views`, ABANDONMENT_URL: `${mysql.url}/timers` };
  await migrateEventStore(databases.EVENTSTORE_URL);
  await migrateReadModel(databases.READMODEL_URL);
  await migrateAbandonment(databases.ABANDONMENT_URL);
  const topics = topicsWithPrefix("");
  const client = createKafka({ brokers: kafka.brokers, clientId: "logs", logger: createLogger({ service: "logs", level: "silent" }) });
  await createTopics(client, { topics: Object.values(topics).map((topic) => ({ topic, partitions: 2 })), replicationFactor: 1 });

  const logs = new Map<ServiceName, string>();
  const env = { ...tokenEnv, ...databases, KAFKA_BROKERS: kafka.brokers.join(","), KAFKA_SESSION_TIMEOUT_MS: "6000", LOG_LEVEL: "debug" };
  const started = await Promise.all(
    serviceNames.map(async (name): Promise<[ServiceName, BuiltService]> => {
      const keep = (text: string): void => void logs.set(name, (logs.get(name) ?? "") + text);
      return [name, await startBuiltService(name, env, { onOutput: keep })];
    }),
  );
  const services = new Map(started);

  return {
    url: (service) => services.get(service)?.url ?? "",
    logOf: (service) => logs.get(service) ?? "",
    eventStoreUrl: databases.EVENTSTORE_URL,
    brokers: () => kafka.brokers,
    topics,
    takeMysqlAway: async () => {
      await mysql.kill();
      return async () => void (mysql = await startOwnMysql({ ...mysqlPlan, ports }));
    },
    takeKafkaAway: async () => {
      await kafka.kill();
      return async () => void (kafka = await startOwnKafka({ ...kafkaPlan, ports }));
    },
    stop: async () => {
      await Promise.all([...services.values()].map((service) => service.stop()));
      await Promise.all([mysql.stop(), kafka.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const portOf = (address: string): number => Number(/:(\d+)/.exec(address)?.[1]);
