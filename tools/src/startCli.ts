import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { onStopRequest } from "./onStopRequest.ts";
import { dataFolder } from "./paths.ts";
import { reportToStderr } from "./progress.ts";
import { services } from "./services.ts";
import { obstaclesToStart, startSystem } from "./startSystem.ts";
import { explain, UserError } from "./userError.ts";

const help = `npm start [-- --data FOLDER]

Runs the whole system on this machine: MySQL, Kafka, the migrations and every service, each a
separate process. Data is kept in .data/, or in FOLDER, for the next start; delete the folder to start from scratch.

The other npm scripts find the system that runs on .data/; after npm start -- --data FOLDER they take the same option.

MySQL and Kafka each come from the first of these sources that works:
  MYSQL_URL=mysql://user:password@host:3306 and KAFKA_BROKERS=host:9092
  a Docker engine
  mysqld on the PATH; Kafka in KAFKA_HOME
  real servers fetched into this user's cache: MySQL and Java with apt-get from Debian (DEBIAN_MIRROR names a
    mirror), Kafka from Maven Central (MAVEN_MIRROR, or the mirror in ~/.m2/settings.xml)

Ports: ${services.map(({ name, port, portVariable }) => `${name} ${port} (${portVariable})`).join(", ")}.

npm run dev does the same and restarts a service when its source changes.
`;

const options = { help: { type: "boolean", short: "h" }, watch: { type: "boolean" }, data: { type: "string" } } as const;

/** The options, and a line for each argument that is none of them. */
const readOptions = () => {
  const { values, tokens } = parseArgs({ options, strict: false, tokens: true });
  const problems = tokens.flatMap((token) => {
    if (token.kind === "positional") return [`Unexpected argument '${token.value}'`];
    return token.kind === "option" && !(token.name in options) ? [`Unknown option '${token.rawName}'`] : [];
  });
  if (values.data === true) problems.push("Expected a folder after '--data'");
  return { values, problems: problems.map((problem) => `${problem}: npm start -- --help lists the options`) };
};

const run = async (): Promise<number> => {
  const { values, problems } = readOptions();
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  if (problems.length > 0) throw new UserError([...problems, ...(await obstaclesToStart())].join("\n"));
  const abort = new AbortController();
  onStopRequest(
    () => {
      reportToStderr("\nstopping …");
      abort.abort();
    },
    () => process.exit(1),
  );
  const folder = typeof values.data === "string" ? resolve(values.data) : dataFolder;
  const startedAt = Number(process.env["CART_STARTED_AT"] ?? Date.now());
  return startSystem({ folder, watch: values.watch === true, startedAt, signal: abort.signal, report: reportToStderr });
};

let exitCode = 1;
try {
  exitCode = await run();
} catch (error) {
  for (const line of explain(error).split("\n")) console.error(line.startsWith(" ") ? line : `✘ ${line}`);
}
process.exit(exitCode);
