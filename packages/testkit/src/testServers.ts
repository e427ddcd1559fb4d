import type { acquireServers } from "@cart/tools";

type Servers = Awaited<ReturnType<typeof acquireServers>>;

let servers: Promise<Servers> | undefined;

/** The servers of this process: started by the first suite that needs them, shared by all others. */
export const testServers = (): Promise<Servers> => (servers ??= acquire());

// Imported late: most specs need no server, and the tools load slowly.
const acquire = async (): Promise<Servers> => (await import("@cart/tools")).acquireServers();

// This module is loaded by a spec file, outside of any `describe`, so this is a hook of the root suite: it runs once,
// after the last spec of the last file, and a run that failed gets here as well.
after("release the servers", async function () {
  this.timeout(60_000);
  // Servers that did not start are the error of the suite that asked for them, and none of this hook.
  const started = await servers?.catch(() => undefined);
  await started?.release();
});
