import { createHash } from "node:crypto";
import { repositoryRoot } from "../paths.ts";

/*
 * One process keeps MySQL and Kafka for all suites of this checkout that run at the
 * same time. It listens on a port that follows from the checkout's path, which only
 * one process can have: that is the lock. Its clients stay connected for as long as
 * they need the servers.
 */

/** Each is one line of JSON, from the process to a client. */
export type SharedServersMessage =
  | { readonly type: "hello"; readonly checkout: string }
  | { readonly type: "progress"; readonly line: string }
  | { readonly type: "ready"; readonly mysqlUrl: string; readonly kafkaBrokers: readonly string[] }
  | { readonly type: "failed"; readonly reason: string };

/** Ports to try, in this order: another program may have one of them. */
export const sharedServersPorts: readonly number[] = (() => {
  const hash = createHash("sha256").update(repositoryRoot).digest().readUInt16BE(0);
  // Below the range from which systems take ports for outgoing connections.
  return [0, 1, 2, 3].map((n) => 20_000 + ((hash + n * 997) % 10_000));
})();
