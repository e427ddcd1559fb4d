import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endWithThisProcess, repositoryRoot, UserError, waitUntil } from "@cart/tools/own-servers";
import getPort from "get-port";

/** An `npm start` on its own data folder, as a process. */
export type RunningStart = {
  readonly commandApi: string;
  readonly queryApi: string;
  /** outbox-relay, projector and cart-abandonment. */
  readonly workers: readonly string[];
  readonly pid: number;
  /** Everything that it said so far. */
  readonly said: () => string;
  /** Resolves when it has said something that fits. Rejects once it has ended, or after so many seconds: 180 by default. */
  readonly untilItSays: (text: RegExp, seconds?: number) => Promise<void>;
  /** What a terminal's Ctrl-C sends. */
  readonly interrupt: () => void;
  /** The exit code, once it has ended. */
  readonly exitCode: Promise<number | null>;
};

/** The port of a server, by the line that says that it serves. */
export const portOf = (server: "MySQL" | "Kafka", said: string): number =>
  Number(new RegExp(`✔ ${server}: .* on port (\\d+)`).exec(said)?.[1]);

export const startOn = (
  folder: string,
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<RunningStart> => {
  const program = join(repositoryRoot, "tools/src/startCli.ts");
  return start(join(repositoryRoot, "tools"), ["--conditions=source", "--import", "tsx", program, "--data", folder, ...options], env);
};

/** Starts another checkout with its own `npm start`, which first installs and builds its packages. */
export const startCheckout = (checkout: string, options: readonly string[] = []): Promise<RunningStart> =>
  start(checkout, [join(checkout, "tools/bin/bootstrap.mjs"), "start", ...options], {});

const start = async (cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<RunningStart> => {
  const names = ["COMMAND_API", "QUERY_API", "OUTBOX_RELAY", "PROJECTOR", "CART_ABANDONMENT", "CONSOLE"] as const;
  const ports: Record<string, string> = {};
  for (const name of names) ports[`${name}_PORT`] = String(await getPort());
  // Servers of its own, whatever the suite's environment names.
  const { MYSQL_URL: _mysql, KAFKA_BROKERS: _kafka, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    // A busy machine may need longer than the default until a change is shown.
    env: { ...inherited, CART_WITHOUT_DOCKER: "1", MIN_VERSION_TIMEOUT_MS: "20000", ...ports, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const said = (): string => lines.join("\n");
  const exitCode = once(child, "close").then(([code]: unknown[]) => (typeof code === "number" ? code : null));
  let ended = false;
  void exitCode.then(() => (ended = true));
  return {
    commandApi: `http://127.0.0.1:${ports["COMMAND_API_PORT"]}`,
    queryApi: `http://127.0.0.1:${ports["QUERY_API_PORT"]}`,
    workers: (["OUTBOX_RELAY", "PROJECTOR", "CART_ABANDONMENT"] as const).map((name) => `http://127.0.0.1:${ports[`${name}_PORT`]}`),
    pid: child.pid ?? 0,
    said,
    untilItSays: (text, seconds = 180) =>
      waitUntil(text.source, seconds, async () => {
        if (text.test(said())) return;
        if (ended) throw new UserError(`it ended before it said ${text.source}:\n${said()}`);
        throw new Error(`it said:\n${said()}`);
      }),
    interrupt: () => void child.kill("SIGINT"),
    exitCode,
  };
};
