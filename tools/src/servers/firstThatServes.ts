import { explain, UserError } from "../userError.ts";
import type { Provider, RunningServer } from "./runningServer.ts";

export type ServerProvider<Server extends RunningServer> = {
  readonly provider: Provider;
  /** What this way is, for the error that says why none served. */
  readonly way: string;
  /** `undefined` when this way does not apply here, with `whyNot` as the reason; throws when it should work and does not. */
  readonly start: () => Promise<Server | NotHere>;
};

export type NotHere = { readonly notHere: string };

export const notHere = (reason: string): NotHere => ({ notHere: reason });

/**
 * The server of the first provider that has one. A server that the environment
 * names is never replaced by another when it fails: the caller meant that one.
 * Throws a `UserError` that lists every way, why it failed and what to install.
 */
export const firstThatServes = async <Server extends RunningServer>(
  name: string,
  providers: readonly ServerProvider<Server>[],
  advice: string,
  signal?: AbortSignal,
): Promise<Server> => {
  const failures: string[] = [];
  for (const { provider, way, start } of providers) {
    // What fails because it was told to stop is no reason to try the next way.
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
  throw new UserError(`no ${name} to be had. Tried:\n${failures.map((failure) => `  - ${failure}`).join("\n")}\n${advice}`);
};
