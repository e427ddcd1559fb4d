import { existsSync } from "node:fs";
import { mkdir, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { execa } from "execa";
import { step } from "../progress.ts";
import { UserError } from "../userError.ts";
import { findMirror, readAptSources } from "./debianMirror.ts";
import { fetchOnce } from "./fetchOnce.ts";
import { findProgram } from "./findProgram.ts";
import type { Command, FetchPlan } from "./runningServer.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Debian's names for each processor: the folder of its libraries, and the dynamic loader of its programs. */
const architectures: Readonly<Record<string, { readonly folder: string; readonly loader: string }>> = {
  x64: { folder: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" },
  arm64: { folder: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" },
};

export type DebianPackages = {
  /** The folder in the cache. */
  readonly name: string;
  /** Tells the user what is fetched, with its size. */
  readonly what: string;
  /** The package whose files, and those of every package that it needs, are unpacked. */
  readonly package: string;
};

export type UnpackedPackages = {
  /** The folder that holds usr/ and etc/. */
  readonly root: string;
  /** Returns the command that runs a program of the packages. Its libraries are found in these folders, below `root`, too. */
  readonly commandOf: (program: string, ...libraryFolders: readonly string[]) => Command;
};

/** Throws a `UserError` if Debian's packages cannot be unpacked on this machine. */
export const assertDebianPackagesWork = async (): Promise<void> => {
  if (process.platform !== "linux" || architectures[process.arch] === undefined) {
    throw new UserError(`there is no Debian package for ${process.platform} on ${process.arch}`);
  }
  for (const program of ["apt-get", "dpkg-deb"]) {
    if ((await findProgram(program)) === undefined) throw new UserError(`${program} is not on the PATH: this way needs Debian or Ubuntu`);
  }
  if (!existsSync(keyring)) throw new UserError(`Debian's keys are not on this machine: install the package debian-archive-keyring`);
};

/**
 * Fetches a package from Debian sid with all its libraries, and unpacks them into a folder of this user. It needs no
 * root and installs nothing in the system. Its programs run through their own loader, because the system's C library
 * may be older.
 */
export const fetchDebianPackages = async (packages: DebianPackages, plan: FetchPlan): Promise<UnpackedPackages> => {
  await assertDebianPackagesWork();
  const folder = await fetchOnce(packages.name, (target) => step(plan.report, packages.what, () => unpack(packages.package, target, plan)));
  const root = join(folder, "root");
  const architecture = architectures[process.arch];
  if (architecture === undefined) throw new Error(`${process.arch} was checked before`);
  const libraries = join(root, "usr/lib", architecture.folder);
  return {
    root,
    commandOf: (program, ...libraryFolders) => [
      join(libraries, architecture.loader),
      "--library-path",
      [libraries, ...libraryFolders.map((path) => join(root, path))].join(":"),
      join(root, program),
    ],
  };
};

const unpack = async (name: string, folder: string, plan: FetchPlan): Promise<void> => {
  const mirror = process.env["DEBIAN_MIRROR"] ?? findMirror(await readAptSources());
  if (mirror === undefined)
    throw new UserError("this machine's apt sources name no Debian mirror: set DEBIAN_MIRROR to the URL of a mirror");

  const apt = join(folder, "apt");
  for (const path of ["lists/partial", "cache/archives/partial"]) await mkdir(join(apt, path), { recursive: true });
  await writeFile(join(apt, "sources.list"), `deb [signed-by=${keyring}] ${mirror} sid main\n`);
  // With an empty list of installed packages, apt fetches every library, down to the C library and its loader.
  await writeFile(join(apt, "status"), "");
  const options = [
    `Dir::Etc::sourcelist=${join(apt, "sources.list")}`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${join(apt, "lists")}`,
    `Dir::State::status=${join(apt, "status")}`,
    `Dir::Cache=${join(apt, "cache")}`,
    "APT::Sandbox::User=root",
    "APT::Install-Recommends=0",
    "Debug::NoLocking=1",
    "Acquire::Retries=2",
    "Acquire::http::Timeout=30",
  ].flatMap((option) => ["-o", option]);
  await update(options, plan);
  await aptGet([...options, "install", "-y", "-qq", "--download-only", name], plan.signal);

  const archives = join(apt, "cache/archives");
  const root = join(folder, "root");
  for (const file of (await readdir(archives)).filter((entry) => entry.endsWith(".deb"))) {
    await execa("dpkg-deb", ["-x", join(archives, file), root], plan.signal === undefined ? {} : { cancelSignal: plan.signal });
  }
  await pointLinksInto(root);
  // The lists and archives, 90 MB, are no longer needed.
  await rm(apt, { recursive: true, force: true });
};

/** Fetches the list of packages. A mirror that lags may serve a list that has expired, whose signature still counts. */
const update = async (options: readonly string[], { report, signal }: FetchPlan): Promise<void> => {
  try {
    await aptGet([...options, "update", "-qq"], signal);
  } catch (error) {
    const expired = error instanceof UserError ? expiryIn(error.message) : undefined;
    if (expired === undefined) throw error;
    report(
      `Debian's list of packages has expired (${expired}), so the mirror lags: it is used all the same, because its signature is valid`,
    );
    await aptGet([...options, "-o", "Acquire::Check-Valid-Until=false", "update", "-qq"], signal);
  }
};

/** Returns since when a list is no longer valid, as apt-get says it, or `undefined` if this is not its reason. */
export const expiryIn = (message: string): string | undefined => /Release file for \S+ is expired \(([^)]*)\)/.exec(message)?.[1];

const aptGet = async (args: readonly string[], signal: AbortSignal | undefined): Promise<void> => {
  const { failed, stderr } = await execa("apt-get", args, {
    reject: false,
    env: { LC_ALL: "C" },
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!failed) return;
  const reason = stderr.split("\n").find((line) => line.startsWith("E:")) ?? stderr.trim().split("\n").at(-1);
  throw new UserError(`apt-get failed: ${reason ?? "no output"}`);
};

/** Lets links to absolute paths, such as those of Java's configuration to /etc, lead to the same paths below the folder. */
const pointLinksInto = async (root: string): Promise<void> => {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const link = join(entry.parentPath, entry.name);
    const target = await readlink(link);
    if (!target.startsWith("/") || !existsSync(join(root, target))) continue;
    await rm(link);
    await symlink(relative(dirname(link), join(root, target)), link);
  }
};
