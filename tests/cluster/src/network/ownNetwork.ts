import { spawn } from "node:child_process";
import { endWithThisProcess, findProgram } from "@cart/tools/own-servers";
import { execa } from "execa";

/** Says to the program that runs in a network namespace of its own that it does. */
const marker = "CART_CLUSTER_IN_OWN_NETWORK";

export const isInOwnNetwork = (): boolean => process.env[marker] === "1";

/** The ways to get a network namespace in which this user may do everything: as root, or as root of a user namespace. */
const ways: readonly (readonly string[])[] = [["--net"], ["--user", "--map-root-user", "--net"]];

/** Returns the options of unshare for this user, or `undefined` if the user may not have a network namespace. */
export const findWayToOwnNetwork = async (): Promise<readonly string[] | undefined> => {
  for (const program of ["unshare", "nsenter", "ip"]) if ((await findProgram(program)) === undefined) return undefined;
  for (const way of ways) {
    const { failed } = await execa("unshare", [...way, "--", "ip", "link", "set", "lo", "up"], { reject: false });
    if (!failed) return way;
  }
  return undefined;
};

/**
 * Runs this program with its arguments again, in a network namespace of its own, and resolves to its exit code. Nothing in
 * there reaches this machine's network, and all that the program changes there is gone with it.
 */
export const runInOwnNetwork = (way: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
    const child = spawn("unshare", [...way, "--", ...program], { stdio: "inherit", env: { ...process.env, [marker]: "1" } });
    endWithThisProcess(child);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
