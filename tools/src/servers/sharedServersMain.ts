import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../paths.ts";
import { explain } from "../userError.ts";
import { type SharedServersMessage, sharedServersPorts } from "./sharedServersProtocol.ts";
import { startServers } from "./startServers.ts";
import { keepAfterThisProcess, removeWithThisProcess } from "./watchdog.ts";

/**
 * Milliseconds without a client after which the servers stop. It is not 0, because `turbo` starts one suite
 * shortly after another has ended.
 */
const graceMs = 10_000;

const listenOn = (server: Server, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    server.once("error", (error) => ("code" in error && error.code === "EADDRINUSE" ? resolve(false) : reject(error)));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });

const clients = new Set<Socket>();
const history: SharedServersMessage[] = [{ type: "hello", checkout: repositoryRoot }];

const send = (message: SharedServersMessage): void => {
  history.push(message);
  for (const client of clients) client.write(`${JSON.stringify(message)}\n`);
};

const main = async (): Promise<void> => {
  const giveUp = new AbortController();
  let stop = (): Promise<void> => Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  const end = (): void => {
    // A client that connects from now on starts another process.
    server.close();
    giveUp.abort();
    void stop().finally(() => process.exit(0));
  };
  const whenIdle = (): void => {
    clearTimeout(idle);
    if (clients.size === 0) idle = setTimeout(end, graceMs);
  };

  const server = createServer((client) => {
    clients.add(client);
    whenIdle();
    for (const message of history) client.write(`${JSON.stringify(message)}\n`);
    client.on("error", () => undefined);
    // A client sends data only to say that it is done. It waits until the servers have stopped, unless other clients use them.
    client.on("data", () => {
      if (clients.size === 1) end();
      else client.end();
    });
    client.on("close", () => {
      clients.delete(client);
      whenIdle();
    });
  });
  // If another process of this checkout listens on the port already, that process serves, and this one ends.
  const [port] = process.argv.slice(2).map(Number);
  if (!(await listenOn(server, port ?? sharedServersPorts[0] ?? 0))) return;
  whenIdle();

  const folder = mkdtempSync(join(tmpdir(), "cart-test-servers-"));
  removeWithThisProcess(folder);
  const starting = startServers({
    folder,
    keep: false,
    signal: giveUp.signal,
    report: (line) => send({ type: "progress", line }),
  });
  // If the servers are still starting, their start has been aborted, and this waits for its end.
  stop = async () => {
    await starting.then(
      (servers) => servers.stop(),
      () => undefined,
    );
    await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  try {
    const servers = await starting;
    send({ type: "ready", mysqlUrl: servers.mysql.url, kafkaBrokers: servers.kafka.brokers });
  } catch (error) {
    if (giveUp.signal.aborted) return;
    clearTimeout(idle);
    server.close();
    // The data is removed, but the logs stay, because the reason of the failure names them.
    keepAfterThisProcess(folder);
    for (const data of ["mysql", "kafka"]) await rm(join(folder, data), { recursive: true, force: true });
    if (!existsSync(join(folder, "logs"))) await rm(folder, { recursive: true, force: true });
    send({ type: "failed", reason: explain(error) });
    for (const client of clients) client.end();
  }
};

await main();
