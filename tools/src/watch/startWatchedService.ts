import type { Report } from "../progress.ts";
import { never } from "../servers/runningServer.ts";
import type { ServiceProcess } from "../serviceProcess.ts";
import { watchSources } from "./watchSources.ts";

export type WatchedServiceOptions = {
  readonly name: string;
  readonly folders: readonly string[];
  /** Starts a process of the service. The first one is number 1. */
  readonly start: (number: number) => ServiceProcess;
  readonly report: Report;
};

/** Milliseconds without a change before the service starts again: a checkout or a formatter changes many files. */
const quietMs = 100;

/**
 * Runs a service, and starts it again when a file in one of its folders changes. A process that ends by itself, as one with a
 * syntax error does, is reported, and the next change starts another. So the service as a whole never dies.
 */
export const startWatchedService = async ({ name, folders, start, report }: WatchedServiceOptions): Promise<ServiceProcess> => {
  let starts = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let current: ServiceProcess | undefined;

  const startNext = (): ServiceProcess => {
    const started = start((starts += 1));
    void started.died.then(({ description }) => report(`${description}\n${name} starts again when a file changes`));
    return started;
  };
  const restart = async (path: string): Promise<void> => {
    if (stopping) return;
    await current?.stop();
    if (stopping) return;
    report(`${name} starts again because ${path} has changed`);
    current = startNext();
  };

  let restarting = Promise.resolve();
  const unwatch = await watchSources(folders, (path) => {
    clearTimeout(timer);
    timer = setTimeout(() => (restarting = restarting.then(() => restart(path))), quietMs);
  });
  current = startNext();

  return {
    died: never,
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await unwatch();
      await restarting;
      await current?.stop();
    },
  };
};
