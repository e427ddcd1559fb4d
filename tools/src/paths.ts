import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** What `npm start` keeps: the servers' data and the logs. Delete it to begin anew. */
export const dataFolder = join(repositoryRoot, ".data");

/** What was fetched once for this user: server programs, the same for every checkout. */
export const cacheFolder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "event-sourced-cart");
