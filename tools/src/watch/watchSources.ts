import { relative } from "node:path";
import { watch } from "chokidar";
import { repositoryRoot } from "../paths.ts";

/**
 * Calls `onChange` with the path of each source file in the folders that is written, created or removed. It watches folders and
 * not files, because most editors and git save a file by renaming another one over it. Resolves once it watches, to a function
 * that ends the watch.
 */
export const watchSources = async (folders: readonly string[], onChange: (path: string) => void): Promise<() => Promise<void>> => {
  const watcher = watch([...folders], {
    ignoreInitial: true,
    ignored: (path, stats) => stats?.isFile() === true && (!/\.(ts|json)$/.test(path) || path.endsWith(".spec.ts")),
  });
  watcher.on("all", (event, path) => {
    if (event !== "addDir" && event !== "unlinkDir") onChange(relative(repositoryRoot, path));
  });
  await new Promise<void>((resolve, reject) => void watcher.once("ready", resolve).once("error", reject));
  return () => watcher.close();
};
