import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { repositoryRoot } from "@cart/tools/own-servers";
import getPort from "get-port";
import mysql, { type Pool } from "mysql2/promise";
import type { Servers } from "./servers.ts";
import { superviseService, type SupervisedService } from "./supervisedService.ts";

export const serviceNames = ["command-api", "outbox-relay", "projector", "query-api"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The whole system with its own databases and topics, so that scenarios do not affect each other. */
export type System = {
  readonly commandApi: SupervisedService;
  readonly queryApi: SupervisedService;
  readonly relays: readonly SupervisedService[];
  /** The running replicas. */
  readonly projectors: () => readonly SupervisedService[];
  readonly addProjector: () => Promise<SupervisedService>;
  readonly removeProjector: (projector: SupervisedService, how: "terminate" | "remove") => Promise<number | null>;
  readonly databases: { readonly eventStore: string; readonly readModel: string };
  /** URL of MySQL without a proxy and without a database. */
  readonly pool: Pool;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly topic: string;
  /** Environment with which a service's command-line tool reaches this system. */
  readonly env: Readonly<Record<string, string>>;
  readonly services: () => readonly SupervisedService[];
  readonly stop: () => Promise<void>;
};

export type SystemOptions = {
  readonly name: string;
  readonly servers: Servers;
  /** Folder of the services' logs. */
  readonly logFolder: string;
  /** Aborted to kill every service immediately. */
  readonly signal: AbortSignal;
  /** Additional settings of the services. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of programs that replace a service's own program. */
  readonly programs?: Partial<Record<ServiceName, string>>;
};

export const partitions = 12;

export const startSystem = async (options: SystemOptions): Promise<System> => {
  const { servers, logFolder, signal, programs = {} } = options;
  await rm(logFolder, { recursive: true, force: true });
  await mkdir(logFolder, { recursive: true });
  const { databases, kafka, topic, env } = await prepareServers(options);

  const launch = async (service: ServiceName, number?: number): Promise<SupervisedService> =>
    superviseService({
      name: number === undefined ? service : `${service}-${number}`,
      folder: programs[service] ?? join(repositoryRoot, "services", service),
      port: await getPort(),
      env,
      logFolder,
      signal,
    });

  const commandApi = await launch("command-api");
  const queryApi = await launch("query-api");
  const relays = [await launch("outbox-relay", 1), await launch("outbox-relay", 2)];
  let projectors = [await launch("projector", 1), await launch("projector", 2)];
  let launchedProjectors = projectors.length;
  const services = (): readonly SupervisedService[] => [commandApi, queryApi, ...relays, ...projectors];
  const pool = mysql.createPool({
    uri: servers.mysqlUrl,
    timezone: "Z",
    supportBigNumbers: true,
    connectionLimit: 4,
    connectTimeout: 5_000,
  });
  const stop = async (): Promise<void> => {
    await Promise.all(services().map((service) => service.remove()));
    await pool.end().catch(() => undefined);
  };

  try {
    await Promise.all(services().map((service) => service.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    commandApi,
    queryApi,
    relays,
    projectors: () => projectors,
    addProjector: async () => {
      launchedProjectors += 1;
      const projector = await launch("projector", launchedProjectors);
      projectors = [...projectors, projector];
      return projector;
    },
    removeProjector: async (projector, how) => {
      projectors = projectors.filter((one) => one !== projector);
      return projector[how]();
    },
    databases,
    pool,
    kafka,
    topic,
    env,
    services,
    stop,
  };
};

/** Creates the system's databases and topics, and the environment with which its services reach them. */
const prepareServers = async ({
  name,
  servers: { proxies, mysqlUrl },
  env: settings = {},
}: SystemOptions): Promise<Pick<System, "databases" | "kafka" | "topic" | "env">> => {
  const identifier = name.replaceAll(/\W/g, "_");
  const databases = { eventStore: `${identifier}_events`, readModel: `${identifier}_views` };
  const prefix = `${name}.`;
  await Promise.all([migrateEventStore(`${mysqlUrl}/${databases.eventStore}`), migrateReadModel(`${mysqlUrl}/${databases.readModel}`)]);

  const brokers = [`127.0.0.1:${proxies.kafka.port}`];
  const kafka = createKafka({ brokers, clientId: "faults", logger: createLogger({ service: "faults", level: "silent" }) });
  const { cartEvents: topic, tenantPolicyEvents } = topicsWithPrefix(prefix);
  const topics = [topic, tenantPolicyEvents].map((each) => ({ topic: each, partitions }));
  await createTopics(kafka, { topics, replicationFactor: 1 });

  const through = (port: number, database: string): string => `mysql://root@127.0.0.1:${port}/${database}`;
  const env = {
    EVENTSTORE_URL: through(proxies.eventStore.port, databases.eventStore),
    READMODEL_URL: through(proxies.readModel.port, databases.readModel),
    KAFKA_BROKERS: brokers.join(","),
    KAFKA_TOPIC_PREFIX: prefix,
    LOG_LEVEL: "info",
    ...settings,
  };
  return { databases, kafka, topic, env };
};
