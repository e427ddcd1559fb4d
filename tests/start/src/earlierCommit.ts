import { execFile, spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";
import { repositoryRoot } from "@cart/tools/own-servers";

const gitText = (...args: readonly string[]): string => spawnSync("git", args, { cwd: repositoryRoot, encoding: "utf8" }).stdout.trim();

export const hasCommit = (commit: string): boolean =>
  spawnSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: repositoryRoot, stdio: "ignore" }).status === 0;

/** The tag of the newest release before this commit, or an empty text if there is none, or a shallow clone lacks it. */
export const previousReleaseTag = (): string => gitText("describe", "--tags", "--match", "v*", "--abbrev=0", "HEAD^");

/** Writes the files of a commit into a new folder. Nothing in it is installed or built. */
export const checkOut = async (commit: string, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await promisify(execFile)("sh", ["-c", 'git archive "$1" | tar -x -C "$2"', "sh", commit, folder], { cwd: repositoryRoot });
};
