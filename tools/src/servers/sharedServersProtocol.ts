import { createHash } from "node:crypto";
import { repositoryRoot } from "../paths.ts";

/*
 * One process runs MySQL and Kafka for all suites of this checkout that run at the same
 * time. It listens on a port that is derived from the checkout's path. Only one process can
 * listen on it, so the port serves as the lock. Clients stay connected for as long as they
 * use the servers.
 */

/**
 * A message from the process to a client, sent as one line of JSON. The first message is `hello`, which proves
 * to the client that the process belongs to its checkout.
 */
export type SharedServersMessage =
  | { readonly type: "hello"; readonly checkout: string }
  | { readonly type: "progress"; readonly line: string }
  | { readonly type: "ready"; readonly mysqlUrl: string; readonly kafkaBrokers: readonly string[] }
  | { readonly type: "failed"; readonly reason: string };

/** Returns the message of a line, or `undefined` if the line is no message, for example because another program sent it. */
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

/** The ports to try, in this order, because another program may use some of them. */
export const sharedServersPorts: readonly number[] = (() => {
  const hash = createHash("sha256").update(repositoryRoot).digest().readUInt16BE(0);
  // The ports are below the range from which systems take ports for outgoing connections.
  return [0, 1, 2, 3].map((n) => 20_000 + ((hash + n * 997) % 10_000));
})();
