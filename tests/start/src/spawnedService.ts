import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endWithThisProcess, repositoryRoot, waitUntil } from "@cart/tools/own-servers";

/** A service as a process of its own, which need not become ready. */
export type SpawnedService = {
  readonly url: string;
  /** What `/readyz` answers: its status, and its body as text. */
  readonly readiness: () => Promise<{ readonly status: number; readonly text: string }>;
  /** Sends SIGTERM, and resolves to the exit code. */
  readonly stop: () => Promise<number | null>;
};

const listening = /"port":(\d+).*"msg":"listening"/;

/** Starts a built service on a free port. Resolves when it listens. */
export const spawnService = async (name: string, env: Readonly<Record<string, string>>): Promise<SpawnedService> => {
  const child = spawn(process.execPath, ["dist/main.js"], {
    cwd: join(repositoryRoot, "services", name),
    env: { ...process.env, ...env, HOST: "127.0.0.1", PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  endWithThisProcess(child);
  let log = "";
  let port: string | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (port !== undefined) return;
    log += text;
    port = listening.exec(log)?.[1];
  });
  // Long enough for a machine that is busy, as for the services of `npm start`.
  await waitUntil(`${name} to listen`, 180, async () => {
    if (port === undefined) throw new Error(`it does not listen yet: ${log}`);
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    readiness: async () => {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
      return { status: response.status, text: await response.text() };
    },
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
};
