import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { createLogger } from "@cart/process-kit";
import { tokenEnv } from "@cart/testkit";
import { type BuiltService, startBuiltService } from "@cart/tools/own-servers";
import getPort from "get-port";

export type Stores = {
  readonly eventStore: string;
  readonly readModel: string;
  readonly abandonment: string;
  readonly console: string;
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
};

type ServiceName = "command-api" | "query-api" | "outbox-relay" | "projector" | "cart-abandonment";
const names: readonly ServiceName[] = ["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment"];

/** Every service as it is deployed, each on a port of its own, with checked tokens. */
export type ForeignMessage = {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
};

export type ConsoleSystem = {
  readonly console: string;
  readonly commandApi: string;
  readonly queryApi: string;
  /** The addresses of the services' metrics. */
  readonly metrics: readonly string[];
  /** Stops a service, or starts it again on the same port. */
  readonly stopService: (name: ServiceName) => Promise<void>;
  readonly startService: (name: ServiceName) => Promise<void>;
  /** Writes a message to the topic of the carts, as another program could by mistake. */
  readonly writeMessage: (message: ForeignMessage) => Promise<void>;
  /** Starts another console, with a query-api of its own, and these variables; an empty one is not set. Resolves to its address. */
  readonly startAnother: (variables: Readonly<Record<string, string>>, port: number) => Promise<string>;
  readonly stop: () => Promise<void>;
};

export const startConsoleSystem = async (stores: Stores): Promise<ConsoleSystem> => {
  const kafka = createKafka({
    brokers: [...stores.brokers],
    clientId: "console-suite",
    logger: createLogger({ service: "console-suite", level: "silent" }),
  });
  const topics = topicsWithPrefix(stores.topicPrefix);
  await createTopics(kafka, { topics: Object.values(topics).map((topic) => ({ topic, partitions: 4 })), replicationFactor: 1 });

  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await getPort());
  const urlOf = (name: ServiceName): string => `http://127.0.0.1:${ports.get(name)}`;
  const env = {
    ...tokenEnv,
    EVENTSTORE_URL: stores.eventStore,
    READMODEL_URL: stores.readModel,
    ABANDONMENT_URL: stores.abandonment,
    CONSOLE_URL: stores.console,
    REBUILD_EVENTSTORE_URL: stores.eventStore,
    REBUILD_READMODEL_URL: stores.readModel,
    KAFKA_BROKERS: stores.brokers.join(","),
    KAFKA_TOPIC_PREFIX: stores.topicPrefix,
    KAFKA_SESSION_TIMEOUT_MS: "6000",
    RELAY_MAX_ATTEMPTS: "2",
    QUERY_API_URL: urlOf("query-api"),
    METRICS_URLS: names.map((name) => `${name}=${urlOf(name)}/metrics`).join(","),
  };
  const start = (name: ServiceName): Promise<BuiltService> => startBuiltService(name, { ...env, PORT: String(ports.get(name)) });
  const running = new Map<string, BuiltService>();
  await Promise.all(names.map(async (name) => running.set(name, await start(name))));
  const page = await startBuiltService("console", env);
  running.set("console", page);
  const others: BuiltService[] = [];

  return {
    console: page.url,
    commandApi: urlOf("command-api"),
    queryApi: urlOf("query-api"),
    metrics: names.map((name) => `${urlOf(name)}/metrics`),
    stopService: async (name) => {
      await running.get(name)?.stop();
      running.delete(name);
    },
    startService: async (name) => void running.set(name, await start(name)),
    writeMessage: async (message) => {
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: topics.cartEvents, messages: [message] });
      await producer.disconnect();
    },
    startAnother: async (variables, port) => {
      const queryApi = await startBuiltService("query-api", { ...env, ...variables });
      others.push(queryApi);
      const another = await startBuiltService("console", { ...env, QUERY_API_URL: queryApi.url, ...variables, PORT: String(port) });
      others.push(another);
      return another.url;
    },
    stop: async () => {
      await Promise.all([...running.values(), ...others].map((service) => service.stop()));
    },
  };
};
