import { explain, UserError } from "../userError.ts";
import type { Provider, RunningServer } from "./runningServer.ts";

export type ServerProvider<Server extends RunningServer> = {
  readonly provider: Provider;
  /** A description of this way to get a server, for the error that lists every failure. */
  readonly way: string;
  /**
   * Starts the server. Resolves to a `NotHere` with the reason if this way does not apply here, and throws if it
   * should work but does not.
   */
  readonly start: () => Promise<Server | NotHere>;
};

export type NotHere = { readonly notHere: string };

export const notHere = (reason: string): NotHere => ({ notHere: reason });

/**
 * Returns the server of the first provider that has one. If a server that the environment
 * names fails, no other provider is tried, because the user meant that server. Throws a
 * `UserError` that lists every way, why it failed and what to install.
 */
export const firstThatServes = async <Server extends RunningServer>(
  name: string,
  providers: readonly ServerProvider<Server>[],
  advice: string,
  signal?: AbortSignal,
): Promise<Server> => {
  const failures: string[] = [];
  for (const { provider, way, start } of providers) {
    // A provider that failed because the start was aborted is no reason to try the next one.
    if (signal?.aborted === true) throw new UserError(`stopped before ${name} was up`);
    try {
      const started = await start();
      if (!("notHere" in started)) return started;
      failures.push(`${way}: ${started.notHere}`);
    } catch (error) {
      if (provider === "environment") throw new UserError(`${name}: ${explain(error)}`);
      failures.push(`${way}: ${explain(error)}`);
    }
  }
  throw new UserError(`no ${name} available. Tried:\n${failures.map((failure) => `  - ${failure}`).join("\n")}\n${advice}`);
};
