import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { endWithThisProcess, repositoryRoot } from "@cart/tools/own-servers";

export type CommandOutcome = {
  /** `null` if the command was killed. */
  readonly code: number | null;
  readonly said: string;
};

export type CommandToRun = {
  /** The program from the repository, such as `migrations/src/cli.ts`. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The command is killed by SIGKILL when it has said this. */
  readonly killAt?: RegExp;
};

/** Milliseconds after which a command is killed, because its test has failed by then and would wait for it for ever. */
const limitMs = 240_000;

/** Runs a command-line tool from its source, and resolves when it has ended. */
export const runCommand = async ({ file, args, env, killAt }: CommandToRun): Promise<CommandOutcome> => {
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", join(repositoryRoot, file), ...args], {
    cwd: join(repositoryRoot, "tools"),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  endWithThisProcess(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (killAt?.test(said) === true) child.kill("SIGKILL");
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, said };
};
