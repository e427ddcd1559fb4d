import { spawnSync } from "node:child_process";
import { repositoryRoot } from "./paths.ts";

const help = `npm run lint [-- --fix]

Checks the format, the types, the rules of .oxlintrc.json and which package may import which. Finds files, dependencies
and exports that nothing uses.
--fix repairs the format and the rules that can be repaired by a program.
`;

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
    run("types, rules and import boundaries", "oxlint", ["--type-aware", "--type-check", "--deny-warnings", ...(fix ? ["--fix"] : [])]),
    run("no dead files, dependencies or exports", "knip", ["--tsConfig", "tsconfig.build.json", "--treat-config-hints-as-errors"]),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
