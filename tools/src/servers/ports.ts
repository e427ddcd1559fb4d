import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import getPort from "get-port";
import { UserError } from "../userError.ts";
import type { ChoosePort, ServerPlan } from "./runningServer.ts";

/** Chooses a free port. Within one process, it does not return the same port twice within 15 s. */
export const chooseFreePort: ChoosePort = (preferred) => getPort({ port: preferred });

/** Thrown if another program took a port after it was chosen and before the server bound it. */
export class PortTaken extends UserError {}

const mostAttempts = 10;

/**
 * Starts a server, and starts it again each time another program has taken one of its
 * ports first. `start` must choose new ports at each call. Throws the last `PortTaken`
 * after ten attempts.
 */
export const retryTakenPorts = async <T>(
  server: string,
  plan: Pick<ServerPlan, "report" | "signal">,
  start: () => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === mostAttempts || plan.signal?.aborted === true) throw error;
      plan.report(`another program has taken a port of ${server} (${error.message}): trying another port`);
    }
  }
};

export type ServerPort = {
  /** Returns the port of the last start if it is free, else the usual port, else any free port. Reports if it is not the first of these. */
  readonly choose: () => Promise<number>;
  /** Remembers the port for the next start. */
  readonly keep: (port: number) => Promise<void>;
};

/** Returns how to choose a server's port. If the server keeps its data, it also keeps its port from one start to the next if possible. */
export const portOf = (server: "MySQL" | "Kafka", usual: number, plan: ServerPlan): ServerPort => {
  const chooseFrom = plan.choosePort ?? chooseFreePort;
  if (!plan.keep) return { choose: () => chooseFrom([]), keep: () => Promise.resolve() };
  const file = join(plan.folder, `${server.toLowerCase()}.port`);
  return {
    choose: async () => {
      const preferred = [...new Set([(await readPort(file)) ?? usual, usual])];
      const port = await chooseFrom(preferred);
      if (port !== preferred[0]) plan.report(`port ${preferred[0]} of ${server} is in use by another program: using port ${port}`);
      return port;
    },
    keep: async (port) => {
      await writeFile(`${file}.partial`, `${port}\n`);
      await rename(`${file}.partial`, file);
    },
  };
};

const readPort = async (file: string): Promise<number | undefined> => {
  // If the file is missing or damaged, the usual port is preferred.
  const port = Number(await readFile(file, "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
};
