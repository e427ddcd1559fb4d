import { spawnSync } from "node:child_process";
import { repositoryRoot } from "./paths.ts";

const help = `npm run lint [-- --fix]

Checks the format, the types, the rules of .oxlintrc.json, which package may import which and which may have SQL on the
event store's tables. Finds files, dependencies and exports that nothing uses.
--fix repairs the format and the violations that oxlint can repair.
`;

/** The specs that only read the sources. npm test runs them as well. */
const structureSpecs = ["tools/src/importBoundaries.spec.ts", "tools/src/tableOwners.spec.ts"];
/** Without the config file, because mocha would add the files that it names to these. */
const mochaArgs = ["--no-config", "--node-option", "conditions=source", "--node-option", "import=tsx", "--forbid-only", "--forbid-pending"];

const run = (title: string, program: string, args: readonly string[]): boolean => {
  const { status } = spawnSync(program, args, { cwd: repositoryRoot, stdio: "inherit" });
  console.log(status === 0 ? `✔ ${title}` : `✘ ${title}`);
  return status === 0;
};

const args = new Set(process.argv.slice(2));
if (args.has("--help") || args.has("-h")) console.log(help);
else {
  const fix = args.has("--fix");
  // Every check runs, so that one run shows all that there is to do.
  const results = [
    run("format", "oxfmt", fix ? [] : ["--check"]),
    run("types, rules and no circle of files", "oxlint", ["--type-aware", "--type-check", "--deny-warnings", ...(fix ? ["--fix"] : [])]),
    run("import direction and SQL of the event store", "mocha", [...mochaArgs, "--reporter", "dot", ...structureSpecs]),
    run("no dead files, dependencies or exports", "knip", ["--tsConfig", "tsconfig.build.json", "--treat-config-hints-as-errors"]),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
