import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** The options with which Node.js writes a CPU profile into the folder when the process ends. */
export const profiledInto = (folder: string): readonly string[] => ["--cpu-prof", `--cpu-prof-dir=${folder}`];

/**
 * Writes, beside each profile below the folder, a page that shows it as a flame graph in the installed speedscope. Returns the paths of the
 * pages. The script's form is the one that speedscope's own command writes.
 */
export const writeFlameGraphs = async (folder: string): Promise<string[]> => {
  const viewer = import.meta.resolve("speedscope/dist/release/index.html");
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".cpuprofile")).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const profile = join(folder, file);
      const [script, page] = [`${profile}.js`, `${profile}.html`];
      const content = (await readFile(profile)).toString("base64");
      await writeFile(script, `speedscope.loadFileFromBase64(${JSON.stringify(basename(file))}, ${JSON.stringify(content)})`);
      const address = `${viewer}#localProfilePath=${script}`;
      await writeFile(page, `<!doctype html><script>window.location = ${JSON.stringify(address)}</script>\n`);
      return page;
    }),
  );
};
