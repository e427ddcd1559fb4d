import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheFolder } from "../paths.ts";
import { UserError } from "../userError.ts";

/** A program that a package of PyPI has, in one version. */
export type PythonProgram = {
  /** The package, perhaps with extras, such as `moto[server]`. */
  readonly package: string;
  readonly version: string;
  /** The name of the program, which pip installs last. */
  readonly program: string;
};

/** Installs the program into the user's cache folder once. Resolves to its path. Throws a `UserError` without Python 3.10 or newer. */
export const installPythonProgram = async ({ package: name, version, program: file }: PythonProgram): Promise<string> => {
  const folder = join(cacheFolder, `${name.replaceAll(/\W+/g, "-")}-${version}`);
  const program = join(folder, "bin", file);
  if (existsSync(program)) return program;
  const missing = new UserError(
    "Python 3.10 or newer with venv and pip is needed: on Debian or Ubuntu, apt-get install python3-venv python3-pip",
  );
  const python = await execa("python3", ["-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))"], { reject: false });
  if (python.failed) throw missing;
  // A virtual environment cannot be moved into place. Its program is installed last, so its presence means that it is complete.
  await rm(folder, { recursive: true, force: true });
  await execa("python3", ["-m", "venv", folder]);
  const pip = await execa(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", `${name}==${version}`], {
    reject: false,
  });
  if (pip.failed) {
    await rm(folder, { recursive: true, force: true });
    throw new UserError(`${name} could not be installed with pip: ${pip.stderr.trim().split("\n").at(-1) ?? "it printed nothing"}`);
  }
  return program;
};
