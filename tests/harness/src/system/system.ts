import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateAbandonment, migrateConsole, migrateEventStore, migrateKeyStore, migrateReadModel } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createLogger } from "@cart/process-kit";
import { repositoryRoot } from "@cart/tools/own-servers";
import getPort from "get-port";
import type { Pool } from "mysql2/promise";
import { superviseService, type SupervisedService } from "./supervisedService.ts";

export type ServiceName = "command-api" | "outbox-relay" | "projector" | "query-api" | "cart-abandonment" | "console";

export type Programs = Partial<Readonly<Record<ServiceName | "migrations", string>>>;

/** The whole system with its own databases and topics, so that scenarios do not affect each other. */
export type System = {
  readonly commandApis: readonly SupervisedService[];
  readonly queryApi: SupervisedService;
  readonly relays: readonly SupervisedService[];
  /** The running replicas. */
  readonly projectors: () => readonly SupervisedService[];
  readonly addProjector: () => Promise<SupervisedService>;
  readonly removeProjector: (projector: SupervisedService, how: "terminate" | "remove") => Promise<number | null>;
  /** The database of timers exists only if the system has a cart-abandonment. */
  readonly databases: { readonly eventStore: string; readonly readModel: string; readonly timers: string | undefined };
  /** The key store, for the suite itself. */
  readonly keyStoreUrl: string;
  /** The folder of archived carts. */
  readonly archiveFolder: string;
  /** The suite's own connections, each used once, so that none leads to a server to which the address does not lead any more. */
  readonly pool: Pool;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly topic: string;
  /** Environment with which a service's command-line tool reaches this system. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns the folder of a program. */
  readonly folderOf: (program: keyof Programs) => string;
  readonly services: () => readonly SupervisedService[];
  readonly stop: () => Promise<void>;
};

/** How the servers are reached. */
export type Reach = {
  /** `mysql://…` without a database, for the suite itself. */
  readonly mysqlUrl: string;
  /** `mysql://…` without a database, for the services that use the event store. */
  readonly eventStoreUrl: string;
  /** `mysql://…` without a database, for the services that use the read model. */
  readonly readModelUrl: string;
  readonly brokers: readonly string[];
  /** Copies of each partition. */
  readonly replicationFactor: number;
};

export type SystemOptions = {
  readonly name: string;
  readonly reach: Reach;
  /** How many processes of each service run. */
  readonly replicas: Readonly<Record<ServiceName, number>>;
  /** Folder of the services' logs. */
  readonly logFolder: string;
  /** Aborted to kill every service immediately. */
  readonly signal: AbortSignal;
  /** Additional settings of the services. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of programs that replace those of the repository. */
  readonly programs?: Programs;
};

export const partitions = 12;

export const startSystem = async (options: SystemOptions): Promise<System> => {
  const { logFolder, signal, replicas, programs = {} } = options;
  await rm(logFolder, { recursive: true, force: true });
  await mkdir(logFolder, { recursive: true });
  const { kafka, topic, env: urls, ...data } = await prepareServers(options);
  const places = await placeAll(replicas);
  const env = { ...urls, ...environmentOf(places) };

  const folderOf = (program: keyof Programs): string =>
    programs[program] ?? join(repositoryRoot, program === "migrations" ? program : join("services", program));
  const launch = ({ service, name, port }: Place): SupervisedService =>
    superviseService({ name, folder: folderOf(service), port, env, logFolder, signal });
  const launched = places.map((place) => ({ service: place.service, running: launch(place) }));
  const of = (service: ServiceName): readonly SupervisedService[] =>
    launched.filter((each) => each.service === service).map(({ running }) => running);

  const [queryApi] = of("query-api");
  if (queryApi === undefined) throw new Error("a system needs a query-api");
  let projectors = of("projector");
  let launchedProjectors = projectors.length;
  const others = launched.filter(({ service }) => service !== "projector").map(({ running }) => running);
  const services = (): readonly SupervisedService[] => [...others, ...projectors];
  const pool = openMysqlPool({ url: options.reach.mysqlUrl, connectionLimit: 4, maxConnectionAgeMs: 0 });
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
    commandApis: of("command-api"),
    queryApi,
    relays: of("outbox-relay"),
    projectors: () => projectors,
    addProjector: async () => {
      launchedProjectors += 1;
      const projector = launch({ service: "projector", name: `projector-${launchedProjectors}`, port: await getPort() });
      projectors = [...projectors, projector];
      return projector;
    },
    removeProjector: async (projector, how) => {
      projectors = projectors.filter((one) => one !== projector);
      return projector[how]();
    },
    ...data,
    pool,
    kafka,
    topic,
    env,
    folderOf,
    services,
    stop,
  };
};

type Place = { readonly service: ServiceName; readonly name: string; readonly port: number };

const placeAll = async (replicas: SystemOptions["replicas"]): Promise<readonly Place[]> => {
  const places: Place[] = [];
  for (const [service, count] of Object.entries(replicas) as [ServiceName, number][]) {
    for (let number = 1; number <= count; number += 1) {
      places.push({ service, name: count === 1 ? service : `${service}-${number}`, port: await getPort() });
    }
  }
  return places;
};

/** What the console has to know about the other services. */
const environmentOf = (places: readonly Place[]): Readonly<Record<string, string>> => {
  const urlOf = ({ port }: Place): string => `http://127.0.0.1:${port}`;
  return {
    QUERY_API_URL: places.filter(({ service }) => service === "query-api").map(urlOf)[0] ?? "",
    METRICS_URLS: places
      .filter(({ service }) => service !== "console")
      .map((place) => `${place.service}=${urlOf(place)}/metrics`)
      .join(","),
  };
};

/** Creates the system's databases and topics, and the environment with which its services reach them. */
const prepareServers = async ({
  name,
  reach: { mysqlUrl, eventStoreUrl, readModelUrl, brokers, replicationFactor },
  replicas,
  logFolder,
  env: settings = {},
}: SystemOptions): Promise<Pick<System, "databases" | "keyStoreUrl" | "archiveFolder" | "kafka" | "topic" | "env">> => {
  const identifier = name.replaceAll(/\W/g, "_");
  const hasTimers = replicas["cart-abandonment"] > 0;
  const [timers, console, keys] = [`${identifier}_timers`, `${identifier}_console`, `${identifier}_keys`];
  const databases = { eventStore: `${identifier}_events`, readModel: `${identifier}_views`, timers: hasTimers ? timers : undefined };
  const keyStoreUrl = `${mysqlUrl}/${keys}`;
  const archiveFolder = join(logFolder, "archive");
  await Promise.all([
    migrateEventStore(`${mysqlUrl}/${databases.eventStore}`),
    migrateReadModel(`${mysqlUrl}/${databases.readModel}`),
    migrateKeyStore(keyStoreUrl),
    ...(hasTimers ? [migrateAbandonment(`${mysqlUrl}/${timers}`)] : []),
    ...(replicas.console > 0 ? [migrateConsole(`${mysqlUrl}/${console}`)] : []),
  ]);

  const prefix = `${name}.`;
  const kafka = createKafka({ brokers, clientId: "suite", logger: createLogger({ service: "suite", level: "silent" }) });
  const { cartEvents: topic, tenantPolicyEvents } = topicsWithPrefix(prefix);
  const topics = [topic, tenantPolicyEvents].map((each) => ({ topic: each, partitions }));
  await createTopics(kafka, { topics, replicationFactor });

  const env = {
    EVENTSTORE_URL: `${eventStoreUrl}/${databases.eventStore}`,
    READMODEL_URL: `${readModelUrl}/${databases.readModel}`,
    ABANDONMENT_URL: `${readModelUrl}/${timers}`,
    CONSOLE_URL: `${readModelUrl}/${console}`,
    KEYSTORE_URL: `${eventStoreUrl}/${keys}`,
    PERSONAL_DATA_KEYS: `suite:${randomBytes(32).toString("base64")}`,
    KAFKA_BROKERS: brokers.join(","),
    KAFKA_TOPIC_PREFIX: prefix,
    ARCHIVE_STORAGE: pathToFileURL(archiveFolder).href,
    LOG_LEVEL: "info",
    ...settings,
  };
  return { databases, keyStoreUrl, archiveFolder, kafka, topic, env };
};
