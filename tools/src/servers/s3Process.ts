import { join } from "node:path";
import { chooseFreePort } from "./ports.ts";
import { installPythonProgram } from "./pythonProgram.ts";
import type { ServerPlan } from "./runningServer.ts";
import { startServerProcess } from "./serverProcess.ts";

/** Moto serves S3's API from memory, with conditional writes and checksums. */
const moto = { package: "moto[server]", version: "5.2.5", program: "moto_server" };

export type RunningS3 = { readonly endpoint: string; readonly stop: () => Promise<void> };

/** Starts a server with S3's API on this machine, with a bucket of this name. It takes any credentials. */
export const startS3 = async ({ folder, signal }: Pick<ServerPlan, "folder" | "signal">, bucket: string): Promise<RunningS3> => {
  const program = await installPythonProgram(moto);
  const port = await chooseFreePort([]);
  const endpoint = `http://127.0.0.1:${port}`;
  const logFile = join(folder, "s3.log");
  const server = await startServerProcess({ name: "moto", program, args: ["--host", "127.0.0.1", "--port", String(port)], logFile });
  await server.untilItServes("moto", () => createBucket(endpoint, bucket), signal);
  return { endpoint, stop: server.stop };
};

/** Proves that the server answers: no other one on the port would take the request. */
const createBucket = async (endpoint: string, bucket: string): Promise<void> => {
  const { ok, status } = await fetch(`${endpoint}/${bucket}`, { method: "PUT", signal: AbortSignal.timeout(5_000) });
  if (!ok) throw new Error(`the bucket was not created: ${status}`);
};
