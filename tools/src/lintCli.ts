import { spawnSync } from "node:child_process";
import { repositoryRoot } from "./paths.ts";

const help = `npm run lint [-- --fix]

Checks the format, the types, the rules of .oxlintrc.json and which package may import which.
--fix repairs what can be repaired.
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
  // All of them, so that one run shows everything that is to be done.
  const results = [
    run("format", "oxfmt", fix ? [] : ["--check"]),
    run("types, rules and import boundaries", "oxlint", ["--type-aware", "--type-check", "--deny-warnings", ...(fix ? ["--fix"] : [])]),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
