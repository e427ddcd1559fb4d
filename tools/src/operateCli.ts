import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { dataFolder, repositoryRoot } from "./paths.ts";
import { findRunningSystem } from "./runningSystem.ts";
import { personalDataKeys } from "./servers/developmentCredentials.ts";
import { type SystemUrls, systemUrls } from "./systemUrls.ts";
import { explain, UserError } from "./userError.ts";

/*
 * Runs a command-line tool of the system from its source: npm run TOOL -- ARGUMENTS [--data FOLDER]. A deployment names the
 * databases in environment variables; without them the tool works on the system that `npm start` runs on this machine.
 */

type Tool = {
  readonly file: string;
  /** The variables that the tool reads. */
  readonly variables: readonly (keyof SystemUrls)[];
  /** Whether it also opens the personal fields of events, with the keys of the system. */
  readonly opensKeys?: boolean;
  /** Commands that use no database. */
  readonly offline?: readonly string[];
};

const tools: Readonly<Record<string, Tool>> = {
  projector: { file: "services/projector/src/cli.ts", variables: ["EVENTSTORE_URL", "READMODEL_URL"], opensKeys: true },
  "command-api": { file: "services/command-api/src/cli.ts", variables: ["EVENTSTORE_URL"], opensKeys: true },
  "outbox-relay": { file: "services/outbox-relay/src/cli.ts", variables: ["EVENTSTORE_URL"] },
  migrate: {
    file: "migrations/src/cli.ts",
    variables: ["EVENTSTORE_URL", "READMODEL_URL", "ABANDONMENT_URL", "CONSOLE_URL", "KEYSTORE_URL"],
    offline: ["create"],
  },
};

/**
 * Sets the variables that the tool reads, unless the environment already has one of them: a mixture of two systems would
 * compare or rebuild one of them with the events of the other.
 */
const findSystem = async ({ variables, opensKeys = false }: Tool, folder: string): Promise<void> => {
  const isSet = (variable: string): boolean => (process.env[variable] ?? "") !== "";
  if (variables.some(isSet) || (opensKeys && isSet("KEYSTORE_URL"))) return;
  const urls = systemUrls(...(await serversOf(variables, folder)));
  for (const variable of variables) process.env[variable] = urls[variable];
  if (!opensKeys) return;
  process.env["KEYSTORE_URL"] = urls.KEYSTORE_URL;
  process.env["PERSONAL_DATA_KEYS"] = personalDataKeys(process.env);
};

const serversOf = async (variables: readonly string[], folder: string): Promise<[string, readonly string[]]> => {
  const { MYSQL_URL: url = "" } = process.env;
  if (url !== "") return [url, []];
  try {
    const { mysqlUrl, kafkaBrokers } = await findRunningSystem(folder);
    return [mysqlUrl, kafkaBrokers];
  } catch (error) {
    const others = variables.length === 1 ? variables[0] : `${variables.slice(0, -1).join(", ")} and ${variables.at(-1)}`;
    throw new UserError(
      `${explain(error)}. Run npm start in another terminal, or set ${others}, or MYSQL_URL=mysql://user:password@host:3306`,
    );
  }
};

const run = async ([name = "", ...args]: readonly string[]): Promise<void> => {
  const tool = tools[name];
  if (tool === undefined) throw new UserError(`expected one of ${Object.keys(tools).join(", ")}`);
  const option = args.indexOf("--data");
  const folder = option === -1 ? dataFolder : args[option + 1];
  if (folder === undefined) throw new UserError("expected a folder after --data");
  const own = option === -1 ? args : args.toSpliced(option, 2);
  const isHelp = own.length === 0 || own.some((arg) => ["--help", "-h", "help"].includes(arg));
  if (!isHelp && tool.offline?.includes(own[0] ?? "") !== true) await findSystem(tool, resolve(folder));
  const file = join(repositoryRoot, tool.file);
  process.argv = [process.execPath, file, ...own];
  // In this process, so that a signal reaches the tool once and the terminal is its own.
  await import(pathToFileURL(file).href);
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(`✘ ${explain(error)}`);
  process.exitCode = 1;
}
