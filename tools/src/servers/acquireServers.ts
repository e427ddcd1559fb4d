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
import { parseMessage, type SharedServersMessage, sharedServersPorts } from "./sharedServersProtocol.ts";

export type AcquiredServers = {
  readonly mysqlUrl: string;
  readonly kafkaBrokers: string[];
  /** Releases the servers. They stop soon afterwards unless another process uses them. */
  readonly release: () => Promise<void>;
  /** Releases the servers and resolves when they have stopped, or at once if another process uses them. */
  readonly stop: () => Promise<void>;
};

/**
 * Acquires a real MySQL and a real Kafka for tests. If MYSQL_URL and KAFKA_BROKERS are both
 * set, these are the servers that they name. Otherwise all suites of this checkout share
 * servers: the first suite starts them, and they stop after the last process that uses
 * them has ended, even if that process is killed.
 */
export const acquireServers = async ({
  report = reportToStderr,
  ports = sharedServersPorts,
}: {
  report?: Report;
  ports?: readonly number[];
} = {}): Promise<AcquiredServers> => {
  const { MYSQL_URL: mysqlUrl, KAFKA_BROKERS: brokers } = process.env;
  if (mysqlUrl !== undefined && mysqlUrl !== "" && brokers !== undefined && brokers !== "") {
    return { mysqlUrl, kafkaBrokers: brokers.split(",").map((broker) => broker.trim()), release: doNothing, stop: doNothing };
  }
  for (const port of ports) {
    const servers = await acquireAt(port, report);
    if (servers !== "port of another program") return servers;
  }
  throw new UserError(`the ports ${ports.join(", ")} are all in use by other programs`);
};

const doNothing = (): Promise<void> => Promise.resolve();

const acquireAt = async (port: number, report: Report): Promise<AcquiredServers | "port of another program"> => {
  let spawned = false;
  let wordless = 0;
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = await tryConnect(port);
    if (socket !== undefined) {
      const servers = await servedBy(socket, report);
      if (typeof servers === "object" || servers === "port of another program") return servers;
      // The process of this checkout stops listening before it ends. One connection may be closed at that moment, but not many.
      if (servers === "closed without a word" && ++wordless >= 20) return "port of another program";
      // The process was about to stop, because it had no client left, when this client connected.
      spawned = false;
    } else if (!spawned) {
      spawnSharedServers(port);
      spawned = true;
    }
    await delay(100);
  }
  throw new UserError(`waited 20 s for the process that keeps the test servers, on port ${port} (its output: ${sharedServersLog(port)})`);
};

const sharedServersLog = (port: number): string => join(cacheFolder, `test-servers-${port}.log`);

const spawnSharedServers = (port: number): void => {
  const program = fileURLToPath(new URL("sharedServersMain.ts", import.meta.url));
  const args = ["--conditions=source", "--import", "tsx", program, String(port)];
  mkdirSync(cacheFolder, { recursive: true });
  const log = openSync(sharedServersLog(port), "a");
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

type Ended = "ended" | "closed without a word" | "port of another program";

/** Resolves to the servers of the process at the other end, after its first line has proved that it belongs to this checkout. */
const servedBy = (socket: Socket, report: Report): Promise<AcquiredServers | Ended> =>
  new Promise((resolve, reject) => {
    let greeted = false;
    const settle = (outcome: AcquiredServers | Ended): void => {
      clearTimeout(silence);
      if (typeof outcome === "string") socket.destroy();
      resolve(outcome);
    };
    const silence = setTimeout(() => settle("port of another program"), 3_000);
    // If another program sends endless bytes without a line break, this limits how many are kept in memory.
    const tooMuch = (): void => {
      if (!greeted && socket.bytesRead > mostGreetingBytes) settle("port of another program");
    };
    socket.on("error", () => undefined);
    socket.on("data", tooMuch);
    const lines = createInterface({ input: socket });
    lines.on("close", () => settle(greeted ? "ended" : "closed without a word"));
    lines.on("line", (line) => {
      const message = parseMessage(line);
      if (message?.type === "hello" && message.checkout === repositoryRoot) {
        greeted = true;
        clearTimeout(silence);
      } else if (message === undefined || !greeted) settle("port of another program");
      else if (message.type === "progress") report(message.line);
      else if (message.type === "ready") settle(acquired(socket, message));
      else if (message.type === "failed") {
        socket.destroy();
        reject(new UserError(message.reason));
      }
    });
  });

const mostGreetingBytes = 65_536;

const acquired = (socket: Socket, { mysqlUrl, kafkaBrokers }: Extract<SharedServersMessage, { type: "ready" }>): AcquiredServers => {
  // The open connection shows that this process uses the servers. It must not keep the process running.
  socket.unref();
  return {
    mysqlUrl,
    kafkaBrokers: [...kafkaBrokers],
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
  };
};
