import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
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
  const apt = join(folder, "apt");
  const { mirror, keys } = await findDebian(join(apt, "vendor"), plan);
  const state = await makeStateFolder(apt);
  await writeFile(join(apt, "sources.list"), `deb [signed-by=${keys}] ${mirror} sid main\n`);
  // With an empty list of installed packages, apt fetches every library, down to the C library and its loader.
  await writeFile(join(apt, "status"), "");
  const options = [
    ...state,
    ...optionsOf(`Dir::Etc::sourcelist=${join(apt, "sources.list")}`, "Dir::Etc::sourceparts=/dev/null"),
    ...optionsOf(`Dir::State::status=${join(apt, "status")}`, "APT::Install-Recommends=0"),
  ];
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

const optionsOf = (...options: readonly string[]): readonly string[] => options.flatMap((option) => ["-o", option]);

/** Creates a folder for the lists and packages of apt-get, which needs no root for it; returns the options that name the folder. */
const makeStateFolder = async (folder: string): Promise<readonly string[]> => {
  for (const path of ["lists/partial", "cache/archives/partial"]) await mkdir(join(folder, path), { recursive: true });
  return optionsOf(
    `Dir::State::lists=${join(folder, "lists")}`,
    `Dir::Cache=${join(folder, "cache")}`,
    "APT::Sandbox::User=root",
    "Debug::NoLocking=1",
    "Acquire::Retries=2",
    "Acquire::http::Timeout=30",
  );
};

type Debian = { readonly mirror: string; readonly keys: string };

/**
 * Finds a mirror of Debian and its keys. A distribution that derives from Debian, such as Ubuntu, has both in packages of its own, which are
 * signed by it: Debian's keys, and debootstrap, which knows Debian's mirror.
 */
const findDebian = async (folder: string, plan: FetchPlan): Promise<Debian> => {
  const named = process.env["DEBIAN_MIRROR"] ?? findMirror(await readAptSources());
  if (named !== undefined && existsSync(keyring)) return { mirror: named, keys: keyring };

  const options = await makeStateFolder(folder);
  await update(options, plan);
  const cancel = plan.signal === undefined ? {} : { cancelSignal: plan.signal };
  await aptGet([...options, "download", "-qq", "debian-archive-keyring", "debootstrap"], plan.signal, folder);
  for (const file of (await readdir(folder)).filter((entry) => entry.endsWith(".deb"))) {
    await execa("dpkg-deb", ["-x", join(folder, file), folder], cancel);
  }
  const mirror = named ?? /^DEF_MIRROR="(.*)"/m.exec(await readFile(join(folder, "usr/sbin/debootstrap"), "utf8"))?.[1];
  if (mirror === undefined) throw new UserError("no mirror of Debian is known here: set DEBIAN_MIRROR to the URL of a mirror");
  return { mirror, keys: join(folder, keyring) };
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

const aptGet = async (args: readonly string[], signal: AbortSignal | undefined, cwd?: string): Promise<void> => {
  const { failed, stderr } = await execa("apt-get", args, {
    reject: false,
    env: { LC_ALL: "C" },
    ...(cwd === undefined ? {} : { cwd }),
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
