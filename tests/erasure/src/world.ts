import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ConsumedMessage } from "@cart/messaging";
import { bearer, tokenEnv } from "@cart/testkit/tokens";
import type { SuiteRun } from "@cart/tests-common";
import { type Programs, type Reach, startSystem } from "@cart/tests-harness";
import { startOwnKafka, startOwnMysql, waitUntil } from "@cart/tools/own-servers";
import { createPool, type Pool } from "mysql2/promise";
import { collectTraces, type Traces } from "./traces.ts";

export type RunningSystem = Awaited<ReturnType<typeof startSystem>>;

export const tenant = "shop";

/** A whole system with its servers, and with what it has to say of itself. */
export type World = {
  readonly system: () => RunningSystem;
  /** Stops the services and starts them with other settings on the same data, which `meanwhile` may change. */
  readonly restart: (env: Readonly<Record<string, string>>, meanwhile?: () => Promise<void>) => Promise<void>;
  readonly admin: Pool;
  readonly databasePrefix: string;
  /** For files of the suite. */
  readonly folder: string;
  /** `mysql://…` without a database. */
  readonly mysqlUrl: string;
  /** The folder with the objects of archived carts. */
  readonly archiveFolder: string;
  /** A folder for each start of the services. */
  readonly logFolders: readonly string[];
  readonly traces: Traces;
  /** The first of MySQL's binary logs that is searched. */
  readonly firstBinaryLog: () => string;
  readonly searchBinaryLogsFrom: (name: string) => void;
  /** Whether a message is none of the system's, or older than its encryption. */
  readonly isForeign: (message: ConsumedMessage) => boolean;
  readonly ignoreMessagesBefore: (ends: ReadonlyMap<string, bigint>) => void;
  readonly send: Send;
  readonly query: (path: string) => Promise<Answer>;
  /** Sends a request of a person who is signed in at the console and may see everything. */
  readonly console: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

export type Answer = { readonly status: number; readonly text: string; readonly json: Readonly<Record<string, unknown>> };
type Sender = { readonly sub: string; readonly scope?: string };
export type Send = (
  method: string,
  path: string,
  sender: Sender,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** In messages that the suite sends to a topic itself. */
export const suiteSender = "erasure-suite";

/** Everybody who is no shopper. */
export const backEnd = { sub: "back-end", scope: "carts:admin carts:price carts:purchase carts:erase" };

/** Somebody who runs the system. */
const supporter = { sub: "support-7", scope: "console:read console:repair console:all-tenants carts:admin" };

/** The setting with which personal fields are encrypted. */
export const sealed = { SEAL_PERSONAL_DATA: "true" };

const replicas = { "command-api": 1, "query-api": 1, "outbox-relay": 1, projector: 1, "cart-abandonment": 1, console: 1 };

export const startServers = async ({ folder, signal, report, atEnd }: SuiteRun<{ readonly name: string }>): Promise<Reach> => {
  const plan = (name: string) => ({ folder: join(folder, name), keep: false, signal, report });
  const [mysql, kafka] = await Promise.allSettled([startOwnMysql(plan("mysql")), startOwnKafka(plan("kafka"))]);
  for (const server of [mysql, kafka]) if (server.status === "fulfilled") atEnd(server.value.stop);
  if (mysql.status === "rejected") throw mysql.reason;
  if (kafka.status === "rejected") throw kafka.reason;
  const { url } = mysql.value;
  return { mysqlUrl: url, eventStoreUrl: url, readModelUrl: url, brokers: kafka.value.brokers, replicationFactor: 1 };
};

const request = async (url: string, method: string, sender: Sender, { body, headers = {} }: Content = {}): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json", ...headers, ...(await bearer({ ...sender, tenant_id: tenant })) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {} };
};

type Content = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

const clientsOf = (system: () => RunningSystem): Pick<World, "send" | "query" | "console"> => {
  const urlOf = (service: string): string =>
    system()
      .services()
      .find(({ name }) => name === service)?.url ?? "";
  return {
    send: (method, path, sender, body, headers) =>
      request(`${urlOf("command-api")}${path}`, method, sender, { body, ...(headers && { headers }) }),
    query: (path) => request(`${urlOf("query-api")}${path}`, "GET", backEnd),
    console: (method, path, body) => request(`${urlOf("console")}${path}`, method, supporter, { body }),
  };
};

export type WorldOptions = {
  readonly name: string;
  readonly reach: Reach;
  /** For files of the suite, which are removed at its end. */
  readonly folder: string;
  readonly logFolder: string;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string>>;
  readonly programs?: Programs | undefined;
};

export const startWorld = async (options: WorldOptions): Promise<World> => {
  const { name, reach, logFolder: logs, signal, env, programs = {} } = options;
  const folder = join(options.folder, name);
  const archiveFolder = join(folder, "archive");
  const traces = await collectTraces();
  const admin = createPool({ uri: reach.mysqlUrl, connectionLimit: 4 });
  const logFolders: string[] = [];
  const common = {
    ...tokenEnv,
    PERSONAL_DATA_KEYS: `suite:${randomBytes(32).toString("base64")}`,
    // Longer than a few commands take, so that states and keys are in memory, and short enough to wait for their end.
    PERSONAL_DATA_CACHE_MS: "1500",
    RELAY_MAX_ATTEMPTS: "2",
    TIMER_POLL_MS: "100",
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.endpoint,
    OTEL_TRACES_SAMPLER: "always_on",
    ARCHIVE_STORAGE: pathToFileURL(archiveFolder).href,
    ARCHIVE_AFTER_DAYS: "0",
  };
  const start = (settings: Readonly<Record<string, string>>): Promise<RunningSystem> => {
    const logFolder = join(logs, `${name}-${logFolders.length + 1}`);
    logFolders.push(logFolder);
    return startSystem({ name, reach, replicas, logFolder, signal, env: { ...common, ...settings }, programs });
  };
  let system = await start(env).catch(async (error: unknown) => {
    await Promise.all([traces.stop(), admin.end()]);
    throw error;
  });
  let firstBinaryLog = "";
  let ends: ReadonlyMap<string, bigint> = new Map();

  return {
    system: () => system,
    restart: async (settings, meanwhile) => {
      await system.stop();
      await meanwhile?.();
      system = await start(settings);
    },
    admin,
    databasePrefix: `${name.replaceAll(/\W/g, "_")}_`,
    folder,
    mysqlUrl: reach.mysqlUrl,
    archiveFolder,
    logFolders,
    traces,
    firstBinaryLog: () => firstBinaryLog,
    searchBinaryLogsFrom: (log) => void (firstBinaryLog = log),
    isForeign: (message) =>
      String(message.headers["suite"]) === suiteSender ||
      BigInt(message.offset) < (ends.get(`${message.topic}/${message.partition}`) ?? 0n),
    ignoreMessagesBefore: (known) => void (ends = known),
    ...clientsOf(() => system),
    stop: async () => {
      await system.stop();
      await Promise.all([traces.stop(), admin.end()]);
    },
  };
};

/** Throws unless the answer is a success. */
export const accepted = async (answer: Promise<Answer>): Promise<Answer> => {
  const { status, text, json } = await answer;
  if (status >= 300) throw new Error(`a request was answered with ${status}: ${text.slice(0, 300)}`);
  return { status, text, json };
};

/** Waits until query-api has the cart at this version. */
export const isShown = (world: World, cart: string, version: unknown): Promise<void> =>
  waitUntil(`the cart at version ${String(version)}`, 60, async () => {
    const { status } = await world.query(`/carts/${cart}?min_version=${String(version)}`);
    if (status !== 200) throw new Error(`query-api answers ${status}`);
  });
