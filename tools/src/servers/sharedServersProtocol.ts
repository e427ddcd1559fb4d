import { createHash } from "node:crypto";
import { repositoryRoot } from "../paths.ts";

/*
 * One process keeps MySQL and Kafka for all suites of this checkout that run at the
 * same time. It listens on a port that follows from the checkout's path, which only
 * one process can have: that is the lock. Its clients stay connected for as long as
 * they need the servers.
 */

/** Each is one line of JSON, from the process to a client. The first one is `hello`: it proves to the client whose process it is. */
export type SharedServersMessage =
  | { readonly type: "hello"; readonly checkout: string }
  | { readonly type: "progress"; readonly line: string }
  | { readonly type: "ready"; readonly mysqlUrl: string; readonly kafkaBrokers: readonly string[] }
  | { readonly type: "failed"; readonly reason: string };

/** The message of a line; `undefined` for whatever is none, such as what another program says. */
export const parseMessage = (line: string): SharedServersMessage | undefined => {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) return undefined;
  const { type, checkout, line: progress, reason, mysqlUrl, kafkaBrokers }: Readonly<Record<string, unknown>> = { ...message };
  if (type === "hello" && typeof checkout === "string") return { type, checkout };
  if (type === "progress" && typeof progress === "string") return { type, line: progress };
  if (type === "failed" && typeof reason === "string") return { type, reason };
  if (type !== "ready" || typeof mysqlUrl !== "string" || !Array.isArray(kafkaBrokers)) return undefined;
  const brokers = kafkaBrokers.filter((broker) => typeof broker === "string");
  return brokers.length === kafkaBrokers.length ? { type, mysqlUrl, kafkaBrokers: brokers } : undefined;
};

/** Ports to try, in this order: another program may have one of them. */
export const sharedServersPorts: readonly number[] = (() => {
  const hash = createHash("sha256").update(repositoryRoot).digest().readUInt16BE(0);
  // Below the range from which systems take ports for outgoing connections.
  return [0, 1, 2, 3].map((n) => 20_000 + ((hash + n * 997) % 10_000));
})();
