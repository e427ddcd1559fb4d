import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { endWithThisProcess, repositoryRoot } from "@cart/tools/own-servers";
import type { FreshSystem } from "./freshSystem.ts";

/** A run of `archive-carts`. */
export type ArchiveJob = {
  /** Resolves to the events that it has archived when it was done; `undefined` if it was interrupted. Rejects if it failed. */
  readonly ended: Promise<number | undefined>;
  /** SIGTERM, after which it ends between two carts. */
  readonly interrupt: () => void;
};

/** Lends a folder for the objects of the archive, and removes it afterwards. */
export const withArchiveFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "cart-bench-archive-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Starts the program that operators run, for all carts that are finished since a month. */
export const startArchiveJob = ({ eventStoreUrl, readModelUrl, abandonmentUrl }: FreshSystem, folder: string): ArchiveJob => {
  const child = spawn(process.execPath, ["dist/cli.js", "archive-carts"], {
    cwd: join(repositoryRoot, "services/command-api"),
    env: {
      ...process.env,
      EVENTSTORE_URL: eventStoreUrl,
      READMODEL_URL: readModelUrl,
      ABANDONMENT_URL: abandonmentUrl,
      ARCHIVE_STORAGE: pathToFileURL(folder).href,
      ARCHIVE_AFTER_DAYS: "30",
    },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child);
  const exited = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  return {
    ended: Promise.all([exited, output]).then(([code, [lines, errors]]) => {
      if (code === 0) return archivedIn(lines);
      if (errors.includes("interrupted by SIGTERM")) return undefined;
      throw new Error(`archive-carts exited with ${code}: ${errors}`);
    }),
    interrupt: () => void child.kill("SIGTERM"),
  };
};

const archivedIn = (lines: string): number => {
  const done = JSON.parse(lines.trimEnd().split("\n").at(-1) ?? "") as { readonly step: string; readonly events: number };
  if (done.step !== "done") throw new Error(`archive-carts ended with the step ${done.step}`);
  return done.events;
};
