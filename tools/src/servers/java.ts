import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { explain, UserError } from "../userError.ts";
import { assertDebianPackagesWork, fetchDebianPackages } from "./debianPackages.ts";
import { findProgram } from "./findProgram.ts";
import type { Command, FetchPlan } from "./runningServer.ts";

const leastVersion = 17;

/** Returns the command that runs a Java that is new enough for Kafka: the installed one, or else one fetched from Debian. */
export const findJava = async (plan: FetchPlan): Promise<Command> => {
  const installed = await findInstalled();
  if ("java" in installed) return [installed.java];
  try {
    return await fetchJava(plan);
  } catch (error) {
    throw missing(installed.lacks, error);
  }
};

/** Throws a `UserError` that says what to install if there is no Java and none can be fetched. */
export const assertJavaWorks = async (): Promise<void> => {
  const installed = await findInstalled();
  if ("java" in installed) return;
  await assertDebianPackagesWork().catch((error: unknown) => {
    throw missing(installed.lacks, error);
  });
};

const missing = (lacks: string, error: unknown): UserError =>
  new UserError(
    `Kafka needs Java ${leastVersion} or newer, but ${lacks}, and none can be fetched (${explain(error)}): ` +
      "start Docker, or install Java (Debian and Ubuntu: apt-get install default-jre-headless), or set JAVA_HOME",
  );

const findInstalled = async (): Promise<{ readonly java: string } | { readonly lacks: string }> => {
  const home = process.env["JAVA_HOME"] ?? "";
  const inHome = join(home, "bin", process.platform === "win32" ? "java.exe" : "java");
  const java = home !== "" && existsSync(inHome) ? inHome : await findProgram("java");
  if (java === undefined) return { lacks: "none is installed" };
  const { stderr } = await execa(java, ["-version"], { reject: false });
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  return version < leastVersion ? { lacks: `${java} is ${version === 0 ? "none that runs" : `version ${version}`}` } : { java };
};

const fetchJava = async (plan: FetchPlan): Promise<Command> => {
  const packages = { name: "java-debian-sid", what: "Java fetched from Debian (about 70 MB)", package: "default-jre-headless" };
  const { commandOf } = await fetchDebianPackages(packages, plan);
  return commandOf("usr/lib/jvm/default-java/bin/java", "usr/lib/jvm/default-java/lib");
};
