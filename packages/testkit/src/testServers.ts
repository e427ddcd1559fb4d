import type { acquireServers } from "@cart/tools";

type Servers = Awaited<ReturnType<typeof acquireServers>>;

let servers: Promise<Servers> | undefined;

/** The servers of this process. The first suite that needs them starts them, and all other suites share them. */
export const testServers = (): Promise<Servers> => (servers ??= acquire());

// Imported lazily: most specs need no server, and the tools load slowly.
const acquire = async (): Promise<Servers> => (await import("@cart/tools")).acquireServers();

// This module is loaded by a spec file, outside of any `describe`, so this is a hook of the root suite: it runs once,
// after the last spec of the last file, and a run that failed gets here as well.
after("release the servers", async function () {
  this.timeout(60_000);
  // If the servers did not start, the suite that needed them has already failed; this hook does not fail too.
  const started = await servers?.catch(() => undefined);
  await started?.release();
});
