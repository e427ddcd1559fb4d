import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPythonProgram } from "@cart/tools/own-servers";
import { execa } from "execa";

/** Longest run for one API in milliseconds. On two idle cores a run takes half a minute. */
const longestTryMs = 300_000;

/** Installs Schemathesis into the user's cache folder once. Resolves to the path of its program. */
export const installSchemathesis = (): Promise<string> =>
  installPythonProgram({ package: "schemathesis", version: "4.32.5", program: "schemathesis" });

export type TryOptions = {
  readonly program: string;
  readonly url: string;
  readonly token: string;
  /** Folder for the report and the cache. */
  readonly folder: string;
  readonly signal: AbortSignal;
};

/** How many requests of one operation were accepted or met a conflict, by the phases of the run. */
type Rates = Readonly<Record<string, { readonly accepted: number; readonly conflicts: number }>>;

/**
 * Sends the API every kind of request that its document describes, and some that it does
 * not. Resolves to the violations: none if each answer conforms to the document and each
 * operation was accepted or met a conflict at least once, so that none was only ever invalid.
 */
export const tryDocument = async ({ program, url, token, folder, signal }: TryOptions): Promise<readonly string[]> => {
  const configuration = fileURLToPath(new URL("../schemathesis.toml", import.meta.url));
  const report = join(folder, "report.json");
  // One worker keeps the order of the requests. Several would also corrupt the syntax trees of Python 3.11, which are not thread-safe.
  const args = ["--config-file", configuration, "run", `${url}/openapi.json`, "--no-color", "--report-json-path", report];
  const { failed } = await execa(program, args, {
    cwd: folder,
    env: { TOKEN: token, PYTHONUTF8: "1" },
    stdio: ["ignore", "inherit", "inherit"],
    reject: false,
    timeout: longestTryMs,
    cancelSignal: signal,
    forceKillAfterDelay: 5_000,
  });
  if (failed) return ["some answers do not conform to the document"];
  const { valid_rates: rates } = JSON.parse(await readFile(report, "utf8")) as { readonly valid_rates: Readonly<Record<string, Rates>> };
  return Object.entries(rates)
    .filter(([, phases]) => Object.values(phases).every(({ accepted, conflicts }) => accepted + conflicts === 0))
    .map(([operation]) => `${operation} was never accepted: give it a cart to work on in schemathesis.toml`);
};
