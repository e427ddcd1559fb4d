import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { execa } from "execa";

/** Milliseconds that a program may take. They take a few seconds. */
export const timeout = 50_000;

export type PackedPackage = {
  /** The folder in which the package is installed. */
  readonly folder: string;
  /** The installed package. */
  readonly installed: string;
  /** Compiles the files with the repository's TypeScript, and resolves to what it says. */
  readonly compile: (compilerOptions: object, files: Readonly<Record<string, string>>) => Promise<string>;
  readonly remove: () => Promise<void>;
};

/**
 * Installs the file that npm would publish into an empty folder, as npm does, except that its libraries come from the repository, so
 * that no registry is needed. `npm pack` is what the documents say, and it knows neither the catalog nor the workspace.
 */
export const installPacked = async (name: "client" | "events", libraries: readonly string[]): Promise<PackedPackage> => {
  const source = join(repositoryRoot, "packages", name);
  const folder = await mkdtemp(join(tmpdir(), `cart-packed-${name}-`));
  const installed = join(folder, "node_modules/@cart", name);
  await execa("npm", ["pack", "--silent", source], { cwd: folder, timeout });
  await mkdir(installed, { recursive: true });
  await execa("tar", ["-xzf", `cart-${name}-1.0.0.tgz`, "-C", installed, "--strip-components=1"], { cwd: folder, timeout });
  for (const library of libraries) await symlink(join(source, "node_modules", library), join(folder, "node_modules", library));
  await symlink(join(repositoryRoot, "node_modules/@types"), join(folder, "node_modules/@types"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  return {
    folder,
    installed,
    compile: async (compilerOptions, files) => {
      for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
      const options = { noEmit: true, strict: true, target: "es2023", ...compilerOptions };
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: Object.keys(files) }));
      const tsc = join(repositoryRoot, "node_modules/.bin/tsc");
      const { all, exitCode, shortMessage } = await execa(tsc, [], { cwd: folder, reject: false, all: true, timeout });
      if (exitCode === undefined) throw new Error(shortMessage);
      return all;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};

/** The first code block of a document in a language. */
export const exampleOf = (document: string, language: "js" | "ts"): string => {
  const [, example] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(document) ?? [];
  if (example === undefined) throw new Error(`the document has no code block in ${language}`);
  return example;
};
