import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateAbandonment, migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { bearer, tokenEnv } from "@cart/testkit/tokens";
import type { SuiteRun } from "@cart/tests-common";
import { type ServiceCommand, startServiceCommand } from "@cart/tests-harness";
import { type BuiltService, repositoryRoot, startBuiltService, startOwnKafka, startOwnMysql } from "@cart/tools/own-servers";
import { createPool, type Pool } from "mysql2/promise";

const serviceNames = ["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment"] as const;
type ServiceName = (typeof serviceNames)[number];

const partitions = 2;

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** All services on servers of their own, with a folder as the archive. */
export type ArchiveSystem = {
  readonly pool: Pool;
  readonly archiveFolder: string;
  readonly topic: { readonly kafka: ReturnType<typeof createKafka>; readonly topic: string; readonly partitions: number };
  readonly command: (method: string, path: string, body?: object) => Promise<Answer>;
  readonly query: (path: string) => Promise<Answer>;
  /** Starts `dist/cli.js` of a service in a folder of built services, by default the repository's. */
  readonly startJob: (service: "command-api" | "projector", args: readonly string[], folder?: string) => ServiceCommand;
};

export const startArchiveSystem = async ({
  folder,
  signal,
  report,
  atEnd,
}: SuiteRun<{ readonly name: string }>): Promise<ArchiveSystem> => {
  const planOf = (name: string) => ({ folder: join(folder, name), keep: false, signal, report });
  const [mysql, kafka] = await Promise.all([startOwnMysql(planOf("mysql")), startOwnKafka(planOf("kafka"))]);
  atEnd(mysql.stop);
  atEnd(kafka.stop);
  const databases = { EVENTSTORE_URL: `${mysql.url}/events`, READMODEL_URL: `${mysql.url}/views`, ABANDONMENT_URL: `${mysql.url}/timers` };
  await migrateEventStore(databases.EVENTSTORE_URL);
  await migrateReadModel(databases.READMODEL_URL);
  await migrateAbandonment(databases.ABANDONMENT_URL);
  const topics = topicsWithPrefix("");
  const client = createKafka({
    brokers: kafka.brokers,
    clientId: "archive",
    logger: createLogger({ service: "archive", level: "silent" }),
  });
  await createTopics(client, { topics: Object.values(topics).map((topic) => ({ topic, partitions })), replicationFactor: 1 });

  const archiveFolder = join(folder, "archive");
  const env = {
    ...tokenEnv,
    ...databases,
    KAFKA_BROKERS: kafka.brokers.join(","),
    ARCHIVE_STORAGE: pathToFileURL(archiveFolder).href,
    ARCHIVE_AFTER_DAYS: "0",
  };
  const services = new Map<ServiceName, BuiltService>();
  await Promise.all(
    serviceNames.map(async (name) => {
      const service = await startBuiltService(name, env);
      services.set(name, service);
      atEnd(service.stop);
    }),
  );
  const pool = createPool({ uri: databases.EVENTSTORE_URL, connectionLimit: 4, timezone: "Z" });
  atEnd(() => pool.end());
  const headers = { "Content-Type": "application/json", ...(await bearer({ sub: "admin", tenant_id: "shop", scope: "carts:admin" })) };
  const call = async (service: ServiceName, method: string, path: string, body?: object): Promise<Answer> => {
    const init = { method, headers, signal: AbortSignal.timeout(20_000), ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${services.get(service)?.url ?? ""}${path}`, init);
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  };
  return {
    pool,
    archiveFolder,
    topic: { kafka: client, topic: topics.cartEvents, partitions },
    command: (method, path, body) => call("command-api", method, path, body),
    query: (path) => call("query-api", "GET", path),
    startJob: (service, args, built = repositoryRoot) =>
      startServiceCommand({ env, folderOf: (name) => join(built, "services", name) }, service, args),
  };
};
