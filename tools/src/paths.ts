import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** The folder in which `npm start` keeps the servers' data and the logs. Delete it to start from scratch. */
export const dataFolder = join(repositoryRoot, ".data");

/** The folder of server programs that were fetched for this user, shared by all checkouts. */
export const cacheFolder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "event-sourced-cart");
