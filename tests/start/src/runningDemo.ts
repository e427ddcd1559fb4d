import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endWithThisProcess, repositoryRoot, waitUntil } from "@cart/tools/own-servers";

export type RunningProgram = {
  /** Everything that it said so far, without the last newline. */
  readonly said: () => string;
  /** Resolves when it has said something that fits. Rejects after 60 s. */
  readonly untilItSays: (text: RegExp) => Promise<void>;
  /** What a terminal's Ctrl-C sends. */
  readonly interrupt: () => void;
  readonly exitCode: Promise<unknown>;
};

/** Starts what `npm run demo` runs, as a process. */
export const startDemo = (args: readonly string[]): RunningProgram => {
  const program = join(repositoryRoot, "tools/src/demoCli.ts");
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", program, ...args], {
    cwd: join(repositoryRoot, "tools"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithThisProcess(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  const said = (): string => output.trimEnd();
  return {
    said,
    untilItSays: (text) =>
      waitUntil(text.source, 60, async () => {
        if (!text.test(said())) throw new Error(`it said:\n${said()}`);
      }),
    interrupt: () => void child.kill("SIGINT"),
    exitCode: once(child, "close").then(([code]: unknown[]) => code),
  };
};
