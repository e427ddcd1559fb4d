import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { step } from "../progress.ts";
import { UserError } from "../userError.ts";
import { findMirror, readAptSources } from "./debianMirror.ts";
import { fetchOnce } from "./fetchOnce.ts";
import { findProgram } from "./findProgram.ts";
import type { ServerPlan } from "./runningServer.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Debian's names for each processor: the folder of its libraries, and the dynamic loader of its programs. */
const architectures: Readonly<Record<string, { readonly folder: string; readonly loader: string }>> = {
  x64: { folder: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" },
  arm64: { folder: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" },
};

/**
 * Fetches MySQL's server from Debian sid with all its libraries, and unpacks it into a folder
 * of this user. It needs no root and installs nothing in the system. Returns the command that
 * runs the server through its own loader, because the system's C library may be older.
 */
export const fetchMysql = async ({ report, signal }: Pick<ServerPlan, "report" | "signal">): Promise<readonly [string, ...string[]]> => {
  const architecture = architectures[process.arch];
  if (process.platform !== "linux" || architecture === undefined) {
    throw new UserError(`there is no Debian package for ${process.platform} on ${process.arch}`);
  }
  for (const program of ["apt-get", "dpkg-deb"]) {
    if ((await findProgram(program)) === undefined) throw new UserError(`${program} is not on the PATH: this way needs Debian or Ubuntu`);
  }
  if (!existsSync(keyring)) throw new UserError(`Debian's keys are not on this machine: install the package debian-archive-keyring`);

  const folder = await fetchOnce("mysql-debian-sid", (target) =>
    step(report, "MySQL fetched from Debian (about 60 MB)", () => unpackMysql(target, signal)),
  );
  const libraries = join(folder, "root/usr/lib", architecture.folder);
  return [
    join(libraries, architecture.loader),
    "--library-path",
    libraries,
    join(folder, "root/usr/sbin/mysqld"),
    "--no-defaults",
    `--lc-messages-dir=${join(folder, "root/usr/share/mysql")}`,
  ];
};

const unpackMysql = async (folder: string, signal: AbortSignal | undefined): Promise<void> => {
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
  await aptGet([...options, "update", "-qq"], signal);
  await aptGet([...options, "install", "-y", "-qq", "--download-only", "mysql-server-core"], signal);

  const archives = join(apt, "cache/archives");
  for (const file of (await readdir(archives)).filter((name) => name.endsWith(".deb"))) {
    await execa("dpkg-deb", ["-x", join(archives, file), join(folder, "root")], signal === undefined ? {} : { cancelSignal: signal });
  }
  // The lists and archives, 90 MB, are no longer needed.
  await rm(apt, { recursive: true, force: true });
};

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
