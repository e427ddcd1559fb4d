import { type BuiltService, startBuiltService } from "@cart/tools/own-servers";
import { expect } from "chai";
import { runCommand } from "./runCommand.ts";
import type { SuiteServers } from "./suiteServers.ts";

const databases = ["eventstore", "readmodel", "abandonment", "console"] as const;

/** A system on the suite's servers, each of whose services is started and stopped alone. */
export type OwnSystem = {
  /** The settings of its services and commands. */
  readonly env: Readonly<Record<string, string>>;
  readonly start: (...names: readonly string[]) => Promise<void>;
  readonly stopOne: (name: string) => Promise<void>;
  readonly urlOf: (name: string) => string;
  /** What the service has logged since its first start. */
  readonly logOf: (name: string) => string;
  /** Stops every service. Rejects unless each of them exits with 0. */
  readonly stop: () => Promise<void>;
};

/** Creates the databases and the topics. Starts no service. */
export const createOwnSystem = async (servers: SuiteServers): Promise<OwnSystem> => {
  const urls = databases.map((name) => [`${name.toUpperCase()}_URL`, servers.databaseUrl(name)] as const);
  // A busy machine may need longer than the default until a change is shown.
  const env = { ...Object.fromEntries(urls), KAFKA_BROKERS: servers.brokers, MIN_VERSION_TIMEOUT_MS: "20000" };
  for (const [file, ...args] of [["migrations/src/cli.ts", "up", "all"], ["packages/messaging/src/createTopicsCli.ts"]] as const) {
    const outcome = await runCommand({ file, args, env });
    expect(outcome.code, outcome.said).to.equal(0);
  }

  const services = new Map<string, BuiltService>();
  const logs = new Map<string, string>();
  const start = async (name: string): Promise<void> => {
    const onOutput = (text: string): void => void logs.set(name, (logs.get(name) ?? "") + text);
    services.set(name, await startBuiltService(name, env, { waitSeconds: 180, onOutput }));
  };
  const stopOne = async (name: string): Promise<void> => {
    const service = services.get(name);
    services.delete(name);
    await service?.stop();
  };
  return {
    env,
    start: (...names) => allOf(names.map(start)),
    stopOne,
    urlOf: (name) => services.get(name)?.url ?? "",
    logOf: (name) => logs.get(name) ?? "",
    stop: () => allOf([...services.keys()].map(stopOne)),
  };
};

/** Waits until everything has ended before it throws what failed, so that nothing goes on behind a failed test. */
const allOf = async (work: readonly Promise<void>[]): Promise<void> => {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === "rejected") throw outcome.reason;
};
