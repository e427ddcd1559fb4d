import { delimiter, join, relative } from "node:path";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { repositoryRoot } from "./paths.ts";
import { type PlacedService, placeServices } from "./placeServices.ts";
import { type Report, step } from "./progress.ts";
import { type Program, runProgram } from "./runProgram.ts";
import { claimDataFolder } from "./servers/claimDataFolder.ts";
import { personalDataKeys } from "./servers/developmentCredentials.ts";
import { assertKafkaCanRun } from "./servers/kafkaProviders.ts";
import { assertMysqlCanRun } from "./servers/mysqlProviders.ts";
import type { Death } from "./servers/runningServer.ts";
import { type Servers, startServers } from "./servers/startServers.ts";
import { waitUntil } from "./servers/waitUntil.ts";
import { findRebuildAdvice } from "./rebuildAdvice.ts";
import { recordSystem, type RunningSystem } from "./runningSystem.ts";
import { services } from "./services.ts";
import { type ServiceProcess, startServiceProcess } from "./serviceProcess.ts";
import { systemUrls } from "./systemUrls.ts";
import { explain, UserError } from "./userError.ts";
import { sourceFolders } from "./watch/sourceFolders.ts";
import { startWatchedService } from "./watch/startWatchedService.ts";

export type StartOptions = {
  /** Where data and logs are kept. One system at a time uses it. */
  readonly folder: string;
  /** Runs the services from source and restarts one when a file that it uses changes. */
  readonly watch: boolean;
  /** When the command was given, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Aborted to stop everything in order. */
  readonly signal: AbortSignal;
  readonly report: Report;
};

/**
 * Runs the whole system until the signal is aborted, or a server or a service dies;
 * resolves to the exit code when everything has stopped.
 */
export const startSystem = async (options: StartOptions): Promise<number> => {
  const { folder, signal, report } = options;
  try {
    const giveBack = await claimDataFolder(folder, report, signal);
    try {
      const placed = await checkBeforeBuild();
      try {
        await build(options);
        const servers = await startServersUntilAborted(folder, signal, report);
        return servers === undefined ? 0 : await runOn(servers, placed, options);
      } finally {
        await Promise.all(placed.map(({ held }) => held.release()));
      }
    } finally {
      await giveBack();
    }
  } catch (error) {
    // A start that was stopped by the signal did not fail.
    if (signal.aborted) return 0;
    throw error;
  }
};

/** Claims the services' ports. Throws a `UserError` that lists every obstacle to a start, one per line. */
const checkBeforeBuild = async (): Promise<readonly PlacedService[]> => {
  const checks = await Promise.allSettled([placeServices(services, process.env), assertMysqlCanRun(), assertKafkaCanRun()]);
  const [placed] = checks;
  const reasons = checks.flatMap((check) => (check.status === "rejected" ? [explain(check.reason)] : []));
  if (placed.status === "fulfilled" && reasons.length === 0) return placed.value;
  if (placed.status === "fulfilled") await Promise.all(placed.value.map(({ held }) => held.release()));
  throw new UserError(reasons.join("\n"));
};

/** What stands in the way of a start on this machine, one line each. */
export const obstaclesToStart = async (): Promise<readonly string[]> => {
  try {
    const placed = await checkBeforeBuild();
    await Promise.all(placed.map(({ held }) => held.release()));
    return [];
  } catch (error) {
    return [explain(error)];
  }
};

const build = ({ folder, signal, report }: StartOptions): Promise<void> =>
  step(report, "packages built", () =>
    runProgram({
      what: "the build",
      command: ["turbo", "run", "build", "--output-logs=errors-only"],
      cwd: repositoryRoot,
      env: { PATH: `${process.env["PATH"] ?? ""}${delimiter}${join(repositoryRoot, "node_modules/.bin")}` },
      logFolder: join(folder, "logs"),
      signal,
    }),
  );

/** `undefined` once aborted. A pull of an image cannot be cut short: what it leaves ends with this process. */
const startServersUntilAborted = async (folder: string, signal: AbortSignal, report: Report): Promise<Servers | undefined> => {
  const starting = startServers({ folder, keep: true, signal, report }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    report("✔ stopped");
    return undefined;
  });
  return Promise.race([starting, aborted(signal).then(() => delay(10_000, undefined, { ref: false }))]);
};

const runOn = async (servers: Servers, placed: readonly PlacedService[], options: StartOptions): Promise<number> => {
  const { folder, startedAt, signal, report } = options;
  const running: ServiceProcess[] = [];
  // Also ends what is under way when a server dies.
  const ending = new AbortController();
  const program = { logFolder: join(folder, "logs"), signal: AbortSignal.any([signal, ending.signal]) };
  const instanceId = randomUUID();
  const env = environment(servers, placed);
  let forget = (): Promise<void> => Promise.resolve();
  try {
    await Promise.race([
      prepareAndStart({ env, instanceId, placed, running, program }, options),
      failOnDeath(servers.died),
      aborted(signal),
    ]);
    if (signal.aborted) return 0;
    forget = await recordSystem(folder, systemOf(servers, placed, instanceId));
    const seconds = (Date.now() - startedAt) / 1000;
    const advice = await findRebuildAdvice(`http://127.0.0.1:${portOf(placed, "projector")}`, folder);
    report(welcome({ servers, placed, folder, seconds, advice }));

    const death = await Promise.race([aborted(signal), servers.died, diedOne(running)]);
    if (death === undefined) return 0;
    report(`✘ ${death.description}\nEverything else is stopped.`);
    return 1;
  } finally {
    ending.abort();
    await step(report, "stopped", async () => {
      await forget();
      await Promise.all(running.map((service) => service.stop()));
      await servers.stop();
    });
  }
};

type Preparation = {
  readonly env: Readonly<Record<string, string>>;
  /** Tells the services of this start from other programs. */
  readonly instanceId: string;
  readonly placed: readonly PlacedService[];
  /** Gets each service that was started. */
  readonly running: ServiceProcess[];
  readonly program: Pick<Program, "logFolder" | "signal">;
};

/** Resolves when every service is ready. */
const prepareAndStart = async (
  { env, instanceId, placed, running, program }: Preparation,
  { watch, report }: StartOptions,
): Promise<void> => {
  const { logFolder, signal } = program;
  const run = (what: string, folder: string, file: string, args: readonly string[]): Promise<void> =>
    runProgram({ ...program, what, cwd: join(repositoryRoot, folder), command: [process.execPath, file, ...args], env });
  await step(report, "migrations applied", () => run("the migrations", "migrations", "dist/src/cli.js", ["up", "all"]));
  await step(report, "topics created", () => run("the creation of topics", "packages/messaging", "dist/createTopicsCli.js", []));
  await step(report, "services ready", async () => {
    for (const { name, listensOn, held } of placed) {
      await held.release();
      // Nothing is started any more once everything else is being stopped.
      if (signal.aborted) return;
      const serviceEnv = { ...env, PORT: String(listensOn), INSTANCE_ID: instanceId };
      const start = (number: number): ServiceProcess =>
        startServiceProcess({ name, fromSource: watch, continuesLog: number > 1, env: serviceEnv, logFolder, report });
      running.push(watch ? await startWatchedService({ name, folders: sourceFolders(name), start, report }) : start(1));
    }
    await Promise.race([
      Promise.all(placed.map((service) => untilReady(service, instanceId, signal))),
      // If a service dies, report its death instead of a time-out.
      failOnDeath(diedOne(running)),
    ]);
  });
};

const failOnDeath = (died: Promise<Death>): Promise<never> => died.then(({ description }) => Promise.reject(new UserError(description)));

const environment = ({ mysql, kafka }: Servers, placed: readonly PlacedService[]): Record<string, string> => ({
  ...systemUrls(mysql.url, kafka.brokers),
  PERSONAL_DATA_KEYS: personalDataKeys(process.env),
  QUERY_API_URL: `http://127.0.0.1:${portOf(placed, "query-api")}`,
  METRICS_URLS: placed
    .filter(({ name }) => name !== "console")
    .map(({ name, listensOn }) => `${name}=http://127.0.0.1:${listensOn}/metrics`)
    .join(","),
  HOST: "127.0.0.1",
  LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info",
});

const systemOf = ({ mysql, kafka }: Servers, placed: readonly PlacedService[], instanceId: string): RunningSystem => ({
  pid: process.pid,
  instanceId,
  mysqlUrl: mysql.url,
  kafkaBrokers: [...kafka.brokers],
  services: Object.fromEntries(placed.map(({ name, listensOn }) => [name, `http://127.0.0.1:${listensOn}`])),
});

/** Resolves when the service of this start, and not another program on its port, is ready. Throws once aborted. */
export const untilReady = (
  { name, listensOn }: Pick<PlacedService, "name" | "listensOn">,
  instanceId: string,
  signal: AbortSignal,
): Promise<void> =>
  waitUntil(
    `${name} to be ready on port ${listensOn}`,
    // Long enough for a machine that is busy: the death of a service ends the wait at once.
    180,
    async () => {
      const response = await fetch(`http://127.0.0.1:${listensOn}/readyz`, { signal: AbortSignal.timeout(5_000) });
      // Read also when it is not used: a body that nobody reads keeps its connection open.
      const body = await response.text();
      if (response.headers.get("Instance-Id") !== instanceId) throw new Error("another program answers on this port");
      if (!response.ok) throw new Error(`it answers ${response.status}: ${body}`);
    },
    signal,
  );

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

const diedOne = (running: readonly ServiceProcess[]): Promise<Death> => Promise.race(running.map(({ died }) => died));

const exampleCart = "550e8400-e29b-41d4-a716-446655440000";

/** The URL without the password if the server is the user's own: a terminal may be recorded. */
const shownUrl = ({ provider, url }: Servers["mysql"]): string => {
  const shown = new URL(url);
  if (provider === "environment" && shown.password !== "") shown.password = "***";
  return shown.href;
};

type Welcome = {
  readonly servers: Servers;
  readonly placed: readonly PlacedService[];
  readonly folder: string;
  /** Since the command was given. */
  readonly seconds: number;
  /** What the user should do about the data, if anything. */
  readonly advice: readonly string[];
};

const portOf = (placed: readonly PlacedService[], name: string): number => placed.find((service) => service.name === name)?.listensOn ?? 0;

const welcome = ({ servers, placed, folder, seconds, advice }: Welcome): string => {
  // The console comes first: it is where a person begins.
  const shown = placed.toSorted((a, b) => Number(b.name === "console") - Number(a.name === "console"));
  const addresses: readonly (readonly [string, string])[] = [
    ...shown.map(({ name, listensOn, about }) => [`http://localhost:${listensOn}`, `${name}, ${about}`] as const),
    [shownUrl(servers.mysql), "MySQL, the databases eventstore, readmodel, abandonment, console and keystore"],
    [servers.kafka.brokers.join(","), "Kafka, the topics that docs/subscribe.md describes"],
  ];
  const width = Math.max(...addresses.map(([address]) => address.length));
  return [
    "",
    `Ready after ${seconds.toFixed(1)} s:`,
    ...addresses.map(([address, about]) => `  ${address.padEnd(width)}  ${about}`),
    "",
    "Try it:",
    `  curl -X POST http://localhost:${portOf(placed, "command-api")}/additem/${exampleCart} -H 'Content-Type: application/json' \\`,
    `    -d '{"user_id":"user-123","item_id":"item-456","quantity":2,"price":29.99}'`,
    `  curl 'http://localhost:${portOf(placed, "query-api")}/carts/${exampleCart}?min_version=2'`,
    "",
    ...advice,
    `Logs are in ${relative(process.cwd(), join(folder, "logs"))}. Ctrl-C stops everything; the data is kept.`,
  ].join("\n");
};
