import { join, relative } from "node:path";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { repositoryRoot } from "./paths.ts";
import { type PlacedService, placeServices } from "./placeServices.ts";
import { type Report, step } from "./progress.ts";
import { claimDataFolder } from "./servers/claimDataFolder.ts";
import { type Servers, startServers } from "./servers/startServers.ts";
import { waitUntil } from "./servers/waitUntil.ts";
import { services } from "./services.ts";
import { type ServiceProcess, startServiceProcess } from "./serviceProcess.ts";
import { UserError } from "./userError.ts";

export type StartOptions = {
  /** Where data and logs are kept. One system at a time uses it. */
  readonly folder: string;
  /** Runs the services from source and restarts one when a file that it uses changes. */
  readonly watch: boolean;
  /** Aborted to stop everything in order. */
  readonly signal: AbortSignal;
  readonly report: Report;
};

/**
 * Runs the whole system until the signal is aborted or a service dies; resolves to
 * the exit code when everything has stopped.
 */
export const startSystem = async ({ folder, watch, signal, report }: StartOptions): Promise<number> => {
  const started = performance.now();
  const giveBack = await claimDataFolder(folder, report);
  try {
    const placed = await placeServices(services, process.env);
    try {
      const servers = await startServersUntilAborted(folder, signal, report);
      return servers === undefined ? 0 : await runOn(servers, placed, { folder, watch, signal, report }, started);
    } finally {
      await Promise.all(placed.map(({ held }) => held.release()));
    }
  } catch (error) {
    // A terminal's Ctrl-C reaches a migration as well, which then fails.
    if (signal.aborted) return 0;
    throw error;
  } finally {
    await giveBack();
  }
};

/** `undefined` once aborted. A pull of an image cannot be cut short: what it leaves ends with this process. */
const startServersUntilAborted = async (folder: string, signal: AbortSignal, report: Report): Promise<Servers | undefined> => {
  const starting = startServers({ folder, keep: true, signal, report }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    report("✔ stopped");
    return undefined;
  });
  return Promise.race([starting, aborted(signal).then(() => delay(10_000, undefined, { ref: false }))]);
};

const runOn = async (
  servers: Servers,
  placed: readonly PlacedService[],
  { folder, watch, signal, report }: StartOptions,
  started: number,
): Promise<number> => {
  const running: ServiceProcess[] = [];
  try {
    if (signal.aborted) return 0;
    const env = environment(servers.mysql.url, servers.kafka.brokers);
    await step(report, "migrations applied", () => runProgram("the migrations", "migrations", "dist/src/cli.js", ["up", "all"], env));
    await step(report, "topics created", () =>
      runProgram("the creation of topics", "packages/messaging", "dist/createTopicsCli.js", [], env),
    );
    if (signal.aborted) return 0;

    await step(report, "services ready", async () => {
      const instanceId = randomUUID();
      for (const { name, listensOn, held } of placed) {
        await held.release();
        const serviceEnv = { ...env, PORT: String(listensOn), INSTANCE_ID: instanceId };
        running.push(await startServiceProcess({ name, watch, env: serviceEnv, logFolder: join(folder, "logs"), report }));
      }
      await Promise.race([
        Promise.all(placed.map((service) => untilReady(service, instanceId, signal))),
        // A service that dies is the reason, not the wait for it.
        diedOne(running).then(({ description }) => Promise.reject(new UserError(description))),
        aborted(signal),
      ]);
    });
    if (signal.aborted) return 0;
    report(welcome(placed, folder, (performance.now() - started) / 1000));

    const death = await Promise.race([aborted(signal), diedOne(running)]);
    if (death === undefined) return 0;
    report(`✘ ${death.description}\nThe others are stopped.`);
    return 1;
  } finally {
    await step(report, "stopped", async () => {
      await Promise.all(running.map((service) => service.stop()));
      await servers.stop();
    });
  }
};

const environment = (mysqlUrl: string, brokers: readonly string[]): Record<string, string> => {
  const database = (name: string): string => {
    const url = new URL(mysqlUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    EVENTSTORE_URL: database("eventstore"),
    READMODEL_URL: database("readmodel"),
    ABANDONMENT_URL: database("abandonment"),
    KAFKA_BROKERS: brokers.join(","),
    HOST: "127.0.0.1",
    LOG_LEVEL: process.env["LOG_LEVEL"] ?? "info",
  };
};

const runProgram = async (
  what: string,
  folder: string,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> => {
  const { failed, stderr } = await execa(process.execPath, [program, ...args], {
    cwd: join(repositoryRoot, folder),
    env,
    reject: false,
  });
  if (failed) throw new UserError(`${what} failed: ${stderr.trim().split("\n").at(-1) ?? "it said nothing"}`);
};

/** Resolves when the service of this start, and not another program on its port, is ready. */
export const untilReady = (
  { name, listensOn }: Pick<PlacedService, "name" | "listensOn">,
  instanceId: string,
  signal: AbortSignal,
): Promise<void> =>
  waitUntil(`${name} to be ready on port ${listensOn}`, 60, async () => {
    if (signal.aborted) return;
    const response = await fetch(`http://127.0.0.1:${listensOn}/readyz`, { signal: AbortSignal.timeout(5_000) });
    if (response.headers.get("Instance-Id") !== instanceId) throw new Error("another program answers on this port");
    if (!response.ok) throw new Error(`it answers ${response.status}: ${await response.text()}`);
  });

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

const diedOne = (running: readonly ServiceProcess[]): Promise<{ readonly description: string }> =>
  Promise.race(running.map(({ died }) => died));

const exampleCart = "550e8400-e29b-41d4-a716-446655440000";

const welcome = (placed: readonly PlacedService[], folder: string, seconds: number): string => {
  const portOf = (name: string): number => placed.find((service) => service.name === name)?.listensOn ?? 0;
  return [
    "",
    `Ready after ${seconds.toFixed(1)} s:`,
    ...placed.map(({ name, listensOn, about }) => `  http://localhost:${listensOn}  ${name}, ${about}`),
    "",
    "Try it:",
    `  curl -X POST http://localhost:${portOf("command-api")}/additem/${exampleCart} -H 'Content-Type: application/json' \\`,
    `    -d '{"user_id":"user-123","item_id":"item-456","quantity":2,"price":29.99}'`,
    `  curl 'http://localhost:${portOf("query-api")}/carts/${exampleCart}?min_version=2'`,
    "",
    `Logs are in ${relative(process.cwd(), join(folder, "logs"))}. Ctrl-C stops everything; the data is kept.`,
  ].join("\n");
};
