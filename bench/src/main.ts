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
import { measureMemory } from "./memory.ts";
import { toMemoryChart, toMemoryCsv, toMemoryTable } from "./memoryReport.ts";
import { growths, type Point } from "./growth.ts";
import { type GrowthResult, toGrowthChart, toGrowthTable } from "./growthReport.ts";
import type { Bench } from "./measurement.ts";
import { ceilingOf, formatNumber, type Result, toTable } from "./table.ts";
import { writeFlameGraphs } from "./profiles.ts";
import { toChart } from "./toChart.ts";
import { writeDocument } from "./writeDocument.ts";

const memoryEvents = 2_000_000;

/** As many as the figure archives in half a minute. */
const defaultArchivedEvents = 100_000;

const profileFolder = join(repositoryRoot, "bench/results/profiles");

/** Path from docs/. */
const memoryCsv = "performance/memory.csv";

const help = `npm run bench [-- OPTIONS]

Measures the built system on its own MySQL and Kafka, and in the same run the throughput of these servers
without the system, so that figures are ratios. Prints a table and writes bench/results/latest.json.

  --only NAME[,NAME]   only these figures, and their ceilings; whole-way is all whose names begin with whole-way/:
                       ${figures.map(({ name }) => name).join(", ")}
  --short              a smaller run of the most important figures in less than a minute; does not write bench/results
  --growth             how figures change while the data grows: ${growths.map(({ name }) => name).join(", ")}
  --memory             the memory of each service while ${memoryEvents.toLocaleString("en")} events go through the system; takes half an hour
  --profile            the services write CPU profiles into bench/results/profiles, each with a page that shows it as a flame graph;
                       the figures are lower than without
  --seconds N          seconds of load for each figure that runs for a time (default 10; 2 with --short)
  --archived-events N  events that the program archives for archived/rates (default ${defaultArchivedEvents.toLocaleString("en")})
  --json FILE          writes the results to FILE (default bench/results/latest.json, bench/results/growth.json and memory.json)
  --write              writes the table into docs/performance.md, its chart and its samples beside the document
  --help
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    short: { type: "boolean", default: false },
    growth: { type: "boolean", default: false },
    memory: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    seconds: { type: "string" },
    "archived-events": { type: "string" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

const isNamed = (known: readonly { readonly name: string }[]): ((one: { readonly name: string }) => boolean) => {
  if (values.only === undefined) return () => true;
  const names = new Set(values.only.split(","));
  const isOf = (asked: string, name: string): boolean => name === asked || name.startsWith(`${asked}/`);
  for (const asked of names)
    if (!known.some(({ name }) => isOf(asked, name))) throw new UserError(`there is no figure "${asked}"; see --help`);
  return ({ name }) => [...names].some((asked) => isOf(asked, name));
};

const chosen = (): typeof figures => {
  if (values.short)
    return figures.flatMap(({ short, ...figure }) => (short === undefined ? [] : [{ ...figure, ...short }])).filter(isNamed(figures));
  if (values.only === undefined) return figures;
  const named = figures.filter(isNamed(figures));
  const ceilings = new Set(named.flatMap(({ target }) => ceilingOf(target) ?? []));
  return figures.filter((figure) => named.includes(figure) || ceilings.has(figure.name));
};

const seconds = Number(values.seconds ?? (values.short ? 2 : 10));
const archivedEvents = Number(values["archived-events"] ?? defaultArchivedEvents);

/** Stops everything that this run has started. Work that is still in progress then fails. */
let cleanUp = async (): Promise<void> => undefined;

/** Starts a MySQL and a Kafka for `work`, and removes both afterwards. */
const withServers = async <T>(work: (bench: Bench) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "cart-bench-"));
  const started: { readonly stop: () => Promise<void> }[] = [];
  cleanUp = async () => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const own = { folder, keep: false, report: reportToStderr };
    const mysql = await step(reportToStderr, "MySQL", () => startOwnMysql(own));
    started.push(mysql);
    const kafka = await step(reportToStderr, "Kafka", () => startOwnKafka(own));
    started.push(kafka);
    const servers = [
      { name: "mysql", pid: mysql.pid },
      { name: "kafka", pid: kafka.pid },
    ];
    const profiled = values.profile ? { profiles: profileFolder } : {};
    const plan = { mysqlUrl: mysql.url, brokers: kafka.brokers, servers, seconds, archivedEvents, ...profiled };
    return await work({ ...plan, report: reportToStderr });
  } finally {
    await cleanUp();
  }
};

const measureFigures = async (): Promise<void> => {
  const selected = chosen();
  if (values.profile) await rm(profileFolder, { recursive: true, force: true });
  const results = await withServers(async (bench) => {
    const measured: Result[] = [];
    for (const figure of selected) {
      const measurement = await step(
        reportToStderr,
        figure.title,
        () => figure.run(bench),
        ({ value }) => `${formatNumber(value)} ${figure.unit}`,
      );
      measured.push({ figure, measurement });
    }
    return measured;
  });
  console.log(`\n${toTable(results)}\n`);
  if (!values.short || values.json !== undefined) {
    const figuresOf = results.map(({ figure: { name, title, unit, target, limits }, measurement }) => ({
      name,
      title,
      unit,
      target,
      limits,
      ...measurement,
    }));
    await writeResults("latest.json", { figures: figuresOf });
  }
  if (values.profile) for (const page of await writeFlameGraphs(profileFolder)) console.error(`flame graph: ${page}`);
  if (values.write)
    await writeDocument({
      name: "measured",
      command: commandOf("--write"),
      table: toTable(results),
      files: [{ path: "performance.svg", content: toChart(results) }],
    });
};

const measureGrowth = async (): Promise<void> => {
  const selected = growths.filter(isNamed(growths));
  const results = await withServers(async (bench) => {
    const measured: GrowthResult[] = [];
    for (const growth of selected) {
      const points: Point[] = [];
      for await (const point of growth.measure(bench)) {
        points.push(point);
        reportToStderr(`✔ ${growth.title}, ${formatNumber(point.x)} ${growth.of}: ${formatNumber(point.measurement.value)} ${growth.unit}`);
      }
      measured.push({ growth, points });
    }
    return measured;
  });
  console.log(`\n${toGrowthTable(results)}\n`);
  await writeResults("growth.json", {
    growths: results.map(({ growth: { name, title, unit, of }, points }) => ({ name, title, unit, of, points })),
  });
  if (values.write)
    await writeDocument({
      name: "growth",
      command: commandOf("--growth --write"),
      table: toGrowthTable(results),
      files: [{ path: "growth.svg", content: toGrowthChart(results) }],
    });
};

const measureMemoryOfServices = async (): Promise<void> => {
  const run = await withServers((bench) => measureMemory(bench, memoryEvents));
  console.log(`\n${toMemoryTable(run)}\n`);
  await writeResults("memory.json", run);
  if (values.write)
    await writeDocument({
      name: "memory",
      command: "npm run bench -- --memory --write",
      table: `${toMemoryTable(run)}\n\n[Every sample](${memoryCsv}), in MB.`,
      files: [
        { path: "memory.svg", content: toMemoryChart(run) },
        { path: memoryCsv, content: toMemoryCsv(run) },
      ],
    });
};

const commandOf = (options: string): string =>
  [
    `npm run bench -- ${options}`,
    ...(values.only === undefined ? [] : [`--only ${values.only}`]),
    ...(values["archived-events"] === undefined ? [] : [`--archived-events ${archivedEvents}`]),
    `--seconds ${seconds}`,
  ].join(" ");

const writeResults = async (name: string, results: object): Promise<void> => {
  const file = resolve(values.json ?? join(repositoryRoot, "bench/results", name));
  await mkdir(dirname(file), { recursive: true });
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  await writeFile(file, `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, seconds, ...results }, undefined, 2)}\n`);
  console.error(`written to ${file}`);
};

if (values.help === true) console.log(help);
else {
  // A watchdog ends the services when this process ends.
  let isStopping = false;
  onStopRequest(
    () => {
      isStopping = true;
      void cleanUp().finally(() => process.exit(130));
    },
    () => process.exit(130),
  );
  try {
    if (!(seconds >= 1 && seconds <= 600)) throw new UserError("--seconds: expected a number from 1 to 600");
    if (!(Number.isInteger(archivedEvents) && archivedEvents >= 100 && archivedEvents <= 100_000_000))
      throw new UserError("--archived-events: expected a number from 100 to 100,000,000");
    if (values.profile && (values.write || values.memory || values.growth))
      throw new UserError("--profile slows the services down: leave out --write, --growth and --memory");
    if (values.memory && (values.growth || values.short || values.only !== undefined))
      throw new UserError("--memory is a separate run: leave out --growth, --short and --only");
    await (values.memory ? measureMemoryOfServices() : values.growth ? measureGrowth() : measureFigures());
    process.exit(0);
  } catch (error) {
    // An error after a stop request only says that the servers were stopped.
    if (!isStopping) {
      console.error(`✘ ${explain(error)}`);
      process.exit(1);
    }
  }
}
