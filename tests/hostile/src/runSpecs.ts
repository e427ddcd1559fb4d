import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { repositoryRoot } from "@cart/tools/own-servers";

const config = fileURLToPath(new URL("../mocharc.cjs", import.meta.url));

/** Runs the specs of a folder that need servers. Resolves to whether all passed. */
export const runSpecs = (folder: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const mocha = spawn("mocha", ["--config", config], {
      cwd: join(repositoryRoot, folder),
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
      signal,
      killSignal: "SIGINT",
    });
    mocha.on("error", (error) => (signal.aborted ? undefined : reject(error)));
    mocha.on("close", (code) => resolve(code === 0));
  });
