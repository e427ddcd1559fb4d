#!/usr/bin/env node
// The npm scripts run this program. It prepares a bare checkout with nothing but Node.js and npm, then runs a command
// written in TypeScript. It uses no library, because it runs before any is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { packageManager, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** `pnpm@VERSION`. package.json adds the hash that corepack checks; npm checks the one that the registry states. */
const [pnpm] = packageManager.split("+");

/**
 * Whether the command needs the packages built, and what it runs: a program of tools/src, which may run a tool of a
 * service, a script of another folder, or the suite of a folder.
 */
const commands = {
  // It builds the packages itself, once it has found that nothing else is in the way.
  start: { build: false, program: "startCli.ts" },
  test: { build: false, program: "testCli.ts" },
  build: { build: true },
  lint: { build: false, program: "lintCli.ts" },
  migrate: { build: false, program: "operateCli.ts", tool: "migrate" },
  projector: { build: false, program: "operateCli.ts", tool: "projector" },
  "command-api": { build: false, program: "operateCli.ts", tool: "command-api" },
  "outbox-relay": { build: false, program: "operateCli.ts", tool: "outbox-relay" },
  demo: { build: false, program: "demoCli.ts" },
  release: { build: true, program: "releaseCli.ts" },
  "generate:client": { build: false, script: ["tests/client", "src/generateCli.ts"] },
  bench: { build: true, script: ["bench", "src/main.ts"] },
  "docs:asyncapi": { build: false, script: ["packages/messaging", "src/asyncapi/asyncApiCli.ts"] },
  "test:contract": { build: true, script: ["tests/contract", "src/main.ts"] },
  "test:start": { build: true, suite: "tests/start" },
  "test:console": { build: true, suite: "tests/console" },
  "test:faults": { build: true, script: ["tests/faults", "src/main.ts"] },
  "test:cluster": { build: true, script: ["tests/cluster", "src/main.ts"] },
  "test:erasure": { build: true, script: ["tests/erasure", "src/main.ts"] },
  "test:limits": { build: true, script: ["tests/limits", "src/main.ts"] },
  "test:hostile": { build: true, script: ["tests/hostile", "src/main.ts"] },
  "test:archive": { build: true, script: ["tests/archive", "src/main.ts"] },
  "test:logs": { build: true, suite: "tests/logs" },
  "test:compose": { build: false, script: ["tests/compose", "src/main.ts"] },
};

const env = {
  ...process.env,
  PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`,
  TURBO_TELEMETRY_DISABLED: "1",
  // Milliseconds since the epoch: what npm start says it took counts from here.
  CART_STARTED_AT: String(Date.now() - performance.now()),
};
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

class Failure extends Error {}

const assertPlatform = () => {
  if (process.platform === "win32") {
    throw new Failure(
      "Windows itself is not supported: run this in WSL 2, with Node.js installed there, and with or without Docker Desktop",
    );
  }
};

const assertNodeVersion = () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(`Node.js ${engines.node} is needed, this is ${process.versions.node}: install a newer one`);
  }
};

let running;
let preparing = false;
let orphaned = false;
let stopRequested = false;

/** Runs a program to its end. Signals go on to it, and it decides what they mean. */
const run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    if (stopRequested) return reject(new Failure("stopped"));
    running = spawn(program, args, { cwd: root, env, stdio: "inherit", ...options });
    let output = "";
    for (const stream of [running.stdout, running.stderr]) stream?.on("data", (data) => (output = (output + data).slice(-20_000)));
    running.on("error", (error) => reject(new Failure(`${program} could not be run: ${error.message}`)));
    running.on("close", (code, signal) => {
      running = undefined;
      resolve({ code: code ?? (signal === "SIGINT" ? 130 : 1), output });
    });
  });

/** Does a step of the preparation: out of reach of a terminal's signals, and ended with all that it started by the first one. */
const prepare = async (program, args) => {
  preparing = true;
  const result = await run(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  preparing = false;
  // Whatever its exit code says: it may have taken the signal for a reason to end well.
  if (stopRequested) throw new Failure("stopped");
  return result;
};

/** Sends a signal to the group of a step of the preparation. */
const signalGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
};

/** How long a step of the preparation may take to end before it is killed: a user who pressed Ctrl-C waits for it. */
const patienceMs = 3_000;

const pass = (signal) => {
  if (!preparing) {
    running.kill(signal);
    return;
  }
  const { pid } = running;
  signalGroup(pid, "SIGTERM");
  setTimeout(() => running?.pid === pid && signalGroup(pid, "SIGKILL"), patienceMs).unref();
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stopRequested = true;
    if (running === undefined) process.exit(130);
    pass(signal);
  });
}
// A parent that was killed takes this process along. npm puts a shell between, which lives on when npm is killed: where
// that can be seen, its parent is watched too.
const grandparent = () => {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  try {
    return readFileSync(`/proc/${process.ppid}/stat`, "utf8").split(") ").at(-1).split(" ")[1];
  } catch {
    return undefined; // not Linux
  }
};
const parent = process.ppid;
const npm = grandparent();
setInterval(() => {
  if (orphaned || (process.ppid === parent && grandparent() === npm)) return;
  orphaned = true;
  if (running === undefined) process.exit(1);
  pass("SIGTERM");
}, 500).unref();

/** Runs a step and reports it with its time; during a long step it reports every 5 s. */
const step = async (title, work) => {
  const started = performance.now();
  const ticking = setInterval(() => console.error(`… ${title} (${seconds(started)})`), 5_000);
  try {
    await work();
    console.error(`✔ ${title} (${seconds(started)})`);
  } finally {
    clearInterval(ticking);
  }
};

/** Returns a hash of everything on which an install depends. */
const installState = () => {
  const hash = createHash("sha256").update(process.version);
  const manifests = ["packages", "services", "tests"].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`) : [],
  );
  const files = [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package.json",
    "migrations/package.json",
    "tools/package.json",
    "bench/package.json",
    ...manifests,
  ];
  for (const file of files) if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
};

const install = async () => {
  const stateFile = join(root, "node_modules/.install-state");
  const state = installState();
  if (existsSync(stateFile) && readFileSync(stateFile, "utf8") === state) return;
  await step("dependencies installed", async () => {
    const { code, output } = await prepare("npx", ["--yes", pnpm, "install", "--frozen-lockfile"]);
    if (code !== 0) throw new Failure(`the dependencies could not be installed: ${reasonOf(output)}`);
  });
  writeFileSync(stateFile, state);
};

const reasonOf = (output) => {
  if (/ENOSPC|no space left/i.test(output)) return "the disk is full. Free some space and start again";
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|dns error|error sending request/i.test(output)) {
    return "the npm registry cannot be reached. Check the network (and `npm config get registry`) and start again";
  }
  return `pnpm said:\n${output.trim().split("\n").slice(-15).join("\n")}`;
};

const build = () =>
  step("packages built", async () => {
    const { code, output } = await prepare("turbo", ["run", "build", "--output-logs=errors-only"]);
    if (code !== 0)
      throw new Failure(/ENOSPC|no space left/i.test(output) ? `the build failed: ${reasonOf(output)}` : `the build failed:\n${output}`);
  });

const main = async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) throw new Failure(`unknown command "${name}", expected one of ${Object.keys(commands).join(", ")}`);
  assertPlatform();
  assertNodeVersion();
  await install();
  if (command.build && !args.includes("--help")) await build();
  const tsx = ["--conditions=source", "--import", "tsx"];
  if (command.program !== undefined) {
    const tool = command.tool === undefined ? [] : [command.tool];
    return (await run(process.execPath, [...tsx, join(root, "tools/src", command.program), ...tool, ...args])).code;
  }
  if (command.suite !== undefined) {
    return (await run("mocha", ["--config", "../../.mocharc.cjs", "--reporter", "spec", ...args], { cwd: join(root, command.suite) })).code;
  }
  if (command.script !== undefined) {
    const [folder, file] = command.script;
    return (await run(process.execPath, [...tsx, file, ...args], { cwd: join(root, folder) })).code;
  }
  return 0;
};

try {
  process.exitCode = await main();
} catch (error) {
  // What was interrupted did not fail.
  if (!stopRequested) console.error(`✘ ${error instanceof Failure ? error.message : (error?.stack ?? error)}`);
  process.exitCode = stopRequested ? 130 : 1;
}
