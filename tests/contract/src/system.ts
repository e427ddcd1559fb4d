import { join } from "node:path";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { type BuiltService, type Report, startBuiltService, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";
import { tokenEnv } from "./token.ts";

export type System = { readonly commandApi: string; readonly queryApi: string; readonly stop: () => Promise<void> };

/** Starts both APIs as they are deployed, with tokens, and the relay and projector between them, on the suite's own servers. */
export const startSystem = async (folder: string, report: Report): Promise<System> => {
  const running: { readonly stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const each of running.toReversed()) await each.stop();
  };
  try {
    const plan = (name: string) => ({ folder: join(folder, name), keep: false, report });
    const mysql = await startOwnMysql(plan("mysql"));
    running.push(mysql);
    const kafka = await startOwnKafka(plan("kafka"));
    running.push(kafka);
    const database = (name: string): string => new URL(`/${name}`, mysql.url).href;
    await Promise.all([migrateEventStore(database("eventstore")), migrateReadModel(database("readmodel"))]);
    const client = createKafka({
      brokers: [...kafka.brokers],
      clientId: "contract",
      logger: createLogger({ service: "contract", level: "silent" }),
    });
    const { cartEvents, tenantPolicyEvents } = topicsWithPrefix("");
    const topics = [cartEvents, tenantPolicyEvents].map((topic) => ({ topic, partitions: 1 }));
    await createTopics(client, { topics, replicationFactor: 1 });

    const env = {
      EVENTSTORE_URL: database("eventstore"),
      READMODEL_URL: database("readmodel"),
      KAFKA_BROKERS: kafka.brokers.join(","),
      LOG_LEVEL: "info",
      // Schemathesis often asks for a version that never arrives.
      MIN_VERSION_TIMEOUT_MS: "50",
      STREAM_HEARTBEAT_MS: "50",
      ...tokenEnv,
    };
    const start = async (name: string): Promise<BuiltService> => {
      const service = await startBuiltService(name, env);
      running.push(service);
      return service;
    };
    const commandApi = await start("command-api");
    const queryApi = await start("query-api");
    await start("outbox-relay");
    await start("projector");
    return { commandApi: commandApi.url, queryApi: queryApi.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
