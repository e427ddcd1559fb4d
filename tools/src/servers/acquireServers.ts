import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cacheFolder, repositoryRoot } from "../paths.ts";
import { type Report, reportToStderr } from "../progress.ts";
import { UserError } from "../userError.ts";
import { type SharedServersMessage, sharedServersPorts } from "./sharedServersProtocol.ts";

export type AcquiredServers = {
  readonly mysqlUrl: string;
  readonly kafkaBrokers: string[];
  /** Says that this process needs them no more; they stop soon after when no other does. */
  readonly release: () => Promise<void>;
  /** As `release`, and resolves when they have stopped, unless others need them. */
  readonly stop: () => Promise<void>;
};

/**
 * A real MySQL and a real Kafka for tests: those that MYSQL_URL and KAFKA_BROKERS
 * name when both are set, else servers that all suites of this checkout share while
 * any of them runs. They are started when nobody did so far, and end with the last
 * process that uses them, even one that is killed.
 */
export const acquireServers = async ({ report = reportToStderr }: { report?: Report } = {}): Promise<AcquiredServers> => {
  const { MYSQL_URL: mysqlUrl, KAFKA_BROKERS: brokers } = process.env;
  if (mysqlUrl !== undefined && mysqlUrl !== "" && brokers !== undefined && brokers !== "") {
    return { mysqlUrl, kafkaBrokers: brokers.split(",").map((broker) => broker.trim()), release: nothing, stop: nothing };
  }
  for (const port of sharedServersPorts) {
    const servers = await acquireAt(port, report);
    if (servers !== "port of another program") return servers;
  }
  throw new UserError(`the ports ${sharedServersPorts.join(", ")} are all in use by other programs`);
};

const nothing = (): Promise<void> => Promise.resolve();

const acquireAt = async (port: number, report: Report): Promise<AcquiredServers | "port of another program"> => {
  let spawned = false;
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = await tryConnect(port);
    if (socket !== undefined) {
      const servers = await servedBy(socket, report);
      // "ended": it was about to stop, with no client left, when this one came.
      if (servers !== "ended") return servers;
      spawned = false;
    } else if (!spawned) {
      spawnSharedServers(port);
      spawned = true;
    }
    await delay(100);
  }
  throw new UserError(`waited 20 s for the process that keeps the test servers, on port ${port} (what it said: ${logFile(port)})`);
};

const logFile = (port: number): string => join(cacheFolder, `test-servers-${port}.log`);

const spawnSharedServers = (port: number): void => {
  const program = fileURLToPath(new URL("sharedServersMain.ts", import.meta.url));
  const args = ["--conditions=source", "--import", "tsx", program, String(port)];
  mkdirSync(cacheFolder, { recursive: true });
  const log = openSync(logFile(port), "a");
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  spawn(process.execPath, args, { cwd, detached: true, stdio: ["ignore", log, log] }).unref();
  closeSync(log);
};

const tryConnect = (port: number): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });

const servedBy = (socket: Socket, report: Report): Promise<AcquiredServers | "ended" | "port of another program"> =>
  new Promise((resolve, reject) => {
    const silence = setTimeout(() => {
      socket.destroy();
      resolve("port of another program");
    }, 3_000);
    socket.on("error", () => undefined);
    const lines = createInterface({ input: socket });
    lines.on("close", () => resolve("ended"));
    lines.on("line", (line) => {
      clearTimeout(silence);
      const message = parse(line);
      switch (message?.type) {
        case "hello":
          if (message.checkout === repositoryRoot) return;
          socket.destroy();
          resolve("port of another program");
          return;
        case "progress":
          report(message.line);
          return;
        case "failed":
          socket.destroy();
          reject(new UserError(message.reason));
          return;
        case "ready":
          // The connection says that this process uses the servers; it must not keep the process from ending.
          socket.unref();
          resolve({
            mysqlUrl: message.mysqlUrl,
            kafkaBrokers: [...message.kafkaBrokers],
            release: () => {
              socket.destroy();
              return Promise.resolve();
            },
            stop: () => {
              socket.ref();
              return new Promise((stopped) => {
                socket.once("close", () => stopped());
                socket.write("stop\n");
              });
            },
          });
          return;
        case undefined:
          socket.destroy();
          resolve("port of another program");
          return;
        default:
          message satisfies never;
          socket.destroy();
          resolve("port of another program");
      }
    });
  });

const parse = (line: string): SharedServersMessage | undefined => {
  try {
    return JSON.parse(line) as SharedServersMessage;
  } catch {
    return undefined; // another protocol
  }
};
