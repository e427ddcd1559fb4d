import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  explain,
  onStopRequest,
  repositoryRoot,
  reportToStderr,
  startOwnKafka,
  startOwnMysql,
  step,
  UserError,
} from "@cart/tools/own-servers";
import { figures } from "./figures.ts";
import { type Result, toTable } from "./table.ts";
import { writeDocument } from "./writeDocument.ts";

const help = `npm run bench [-- OPTIONS]

Measures the built system on a MySQL and a Kafka of its own, and in the same run what those two
give without it, so that every figure is a ratio. Prints a table and writes bench/results/latest.json.

  --only NAME[,NAME]   only these figures (a figure's ceiling is measured as well):
                       ${figures.map(({ name, onDemand }) => (onDemand === true ? `${name} (only when named)` : name)).join(", ")}
  --seconds N          of load for each figure that runs for a time (default 10)
  --json FILE          where the results go
  --write              puts the table and its chart into docs/performance.md
  --help
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seconds: { type: "string", default: "10" },
    json: { type: "string", default: join(repositoryRoot, "bench/results/latest.json") },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

const chosen = (): typeof figures => {
  if (values.only === undefined) return figures.filter(({ onDemand }) => onDemand !== true);
  const names = new Set(values.only.split(","));
  for (const name of names)
    if (!figures.some((figure) => figure.name === name)) throw new UserError(`there is no figure "${name}"; see --help`);
  for (const { name, target } of figures) if (names.has(name) && target?.kind === "ratio") names.add(target.of);
  return figures.filter(({ name }) => names.has(name));
};

const run = async (): Promise<void> => {
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 600)) throw new UserError("--seconds is a number from 1 to 600");
  const selected = chosen();

  const folder = await mkdtemp(join(tmpdir(), "cart-bench-"));
  const plan = { folder, keep: false, report: reportToStderr };
  const mysql = await step(reportToStderr, "MySQL", () => startOwnMysql(plan));
  const kafka = await step(reportToStderr, "Kafka", () => startOwnKafka(plan));
  const results: Result[] = [];
  try {
    for (const figure of selected) {
      const measure = () => figure.run({ mysqlUrl: mysql.url, brokers: kafka.brokers, seconds, report: reportToStderr });
      const measurement = await step(
        reportToStderr,
        figure.title,
        measure,
        ({ value }) => `${value.toFixed(value < 100 ? 2 : 0)} ${figure.unit}`,
      );
      results.push({ figure, measurement });
    }
  } finally {
    await Promise.all([mysql.stop(), kafka.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`\n${toTable(results)}\n`);
  const file = resolve(values.json);
  await mkdir(dirname(file), { recursive: true });
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  const measured = results.map(({ figure: { name, title, unit, target, limits }, measurement }) => ({
    name,
    title,
    unit,
    target,
    limits,
    ...measurement,
  }));
  await writeFile(file, `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, seconds, figures: measured }, undefined, 2)}\n`);
  console.error(`written to ${file}`);
  if (values.write)
    await writeDocument(
      results,
      `npm run bench -- --write${values.only === undefined ? "" : ` --only ${values.only}`} --seconds ${seconds}`,
    );
};

if (values.help === true) console.log(help);
else {
  // The servers and services are watched: they end with this process.
  onStopRequest(
    () => process.exit(130),
    () => process.exit(130),
  );
  try {
    await run();
    process.exit(0);
  } catch (error) {
    console.error(`✘ ${explain(error)}`);
    process.exit(1);
  }
}
