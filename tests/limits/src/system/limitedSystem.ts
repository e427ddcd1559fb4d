import { openEventStorePool } from "@cart/event-store";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import { type BuiltService, startBuiltService } from "@cart/tools/own-servers";
import { createMemoryLimit, memoryLimitBytes, peakMemory } from "./memoryLimit.ts";

export const serviceNames = ["command-api", "outbox-relay", "projector", "query-api"] as const;
export type ServiceName = (typeof serviceNames)[number];

export type Servers = {
  /** `mysql://…` without a database. */
  readonly mysqlUrl: string;
  readonly brokers: readonly string[];
};

/** What a service needed of its memory, in bytes; `undefined` when it was killed. */
export type Peaks = Partial<Record<ServiceName, number | undefined>>;

/** Some services, each with the memory that it has when deployed, on databases and topics of their own. */
export type LimitedSystem = {
  readonly eventStore: Pool;
  /** Throws unless the service was started. */
  readonly urlOf: (service: ServiceName) => string;
  readonly peaks: () => Promise<Peaks>;
  /** How the limit was enforced. */
  readonly enforcement: string;
  readonly stop: () => Promise<void>;
};

export type LimitedSystemOptions = {
  readonly name: string;
  readonly servers: Servers;
  readonly services: readonly ServiceName[];
  readonly env: Readonly<Record<string, string>>;
  /** Called before the services start. */
  readonly prepare: (eventStore: Pool) => Promise<void>;
};

export const startLimitedSystem = async ({ name, servers, services, env, prepare }: LimitedSystemOptions): Promise<LimitedSystem> => {
  const running = new Map<ServiceName, BuiltService>();
  const removals: (() => Promise<void>)[] = [];
  const kinds = new Set<string>();
  const stop = async (): Promise<void> => {
    // A service that was killed is a finding already.
    await Promise.all([...running.values()].map((service) => service.stop().catch(() => undefined)));
    await Promise.all(removals.map((remove) => remove()));
  };
  const stores = await createStores(name, servers);
  const eventStore = openEventStorePool({ url: stores.EVENTSTORE_URL, connectionLimit: 4 });
  removals.push(() => eventStore.end());
  try {
    await prepare(eventStore);
    const settings = { ...stores, ...env };
    for (const service of services) {
      const limit = await createMemoryLimit(`${name}-${service}`);
      if (limit !== undefined) removals.push(limit.remove);
      kinds.add(limit?.kind ?? "peak RSS");
      running.set(
        service,
        await startBuiltService(service, { ...settings, NODE_OPTIONS: heapLimit }, limit === undefined ? {} : { launcher: limit.launcher }),
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    eventStore,
    urlOf: (service) => {
      const found = running.get(service);
      if (found === undefined) throw new Error(`the row did not ask for ${service}`);
      return found.url;
    },
    peaks: async () => {
      const peaks: Peaks = {};
      for (const [service, { pid, isRunning }] of running) peaks[service] = isRunning() ? await peakMemory(pid) : undefined;
      return peaks;
    },
    enforcement: [...kinds].join(", "),
    stop,
  };
};

/** Node.js takes half of a container's memory for its heap; it does not see the limit of a control group that it is not the root of. */
const heapLimit = `--max-old-space-size=${memoryLimitBytes / 2 / 1024 / 1024}`;

type Stores = Readonly<Record<string, string>> & { readonly EVENTSTORE_URL: string };

const createStores = async (name: string, { mysqlUrl, brokers }: Servers): Promise<Stores> => {
  const identifier = name.replaceAll(/\W/g, "_");
  const [eventStore, readModel] = [`${mysqlUrl}/${identifier}_events`, `${mysqlUrl}/${identifier}_views`];
  await Promise.all([migrateEventStore(eventStore), migrateReadModel(readModel)]);
  const kafka = createKafka({ brokers, clientId: "limits", logger: createLogger({ service: "limits", level: "silent" }) });
  const prefix = `${name}.`;
  const topics = Object.values(topicsWithPrefix(prefix)).map((topic) => ({ topic, partitions: 3 }));
  await createTopics(kafka, { topics, replicationFactor: 1 });
  return {
    EVENTSTORE_URL: eventStore,
    READMODEL_URL: readModel,
    KAFKA_BROKERS: brokers.join(","),
    KAFKA_TOPIC_PREFIX: prefix,
    LOG_LEVEL: "info",
  };
};
