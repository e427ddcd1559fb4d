import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { repositoryRoot } from "@cart/tools/own-servers";

export type Outcome = { readonly code: number; readonly said: string };

/** Runs an npm script on a data folder, in an environment that names no database. */
export const npmRun = async (script: string, folder: string, ...args: readonly string[]): Promise<Outcome> => {
  const { EVENTSTORE_URL: _e, READMODEL_URL: _r, ABANDONMENT_URL: _a, MYSQL_URL: _m, KEYSTORE_URL: _k, ...env } = process.env;
  try {
    const { stdout, stderr } = await promisify(execFile)("npm", ["run", "--silent", script, "--", ...args, "--data", folder], {
      cwd: repositoryRoot,
      env,
    });
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
    return { code: Number(error.code), said: `${String(error.stdout)}${String(error.stderr)}` };
  }
};
