import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Returns the Debian mirror that this machine's apt sources name, or `undefined`. Reads
 * both formats: one source per line (`deb URI suite component`) and deb822 (`URIs:`).
 * Skips the security archive and others, because they do not have all packages.
 */
export const findMirror = (sources: readonly string[]): string | undefined => {
  const uris = sources.flatMap((text) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => !line.startsWith("#"))
      .flatMap((line) => {
        if (/^URIs:/i.test(line)) return line.split(/\s+/).slice(1);
        return /^deb\s/.test(line)
          ? line
              .replace(/\[[^\]]*\]/, "")
              .split(/\s+/)
              .slice(1, 2)
          : [];
      }),
  );
  return uris.map((uri) => uri.replace(/\/+$/, "")).find((uri) => /^https?:\/\/.*\/debian$/.test(uri));
};

const aptFolder = "/etc/apt";

/** Returns the text of every apt source of this machine, or an empty list on a machine without apt. */
export const readAptSources = async (): Promise<string[]> => {
  const inFolder = await readdir(join(aptFolder, "sources.list.d")).catch(() => []);
  // Apt reads only files with these extensions. A disabled source has another one.
  const active = inFolder.filter((file) => file.endsWith(".list") || file.endsWith(".sources"));
  const files = [join(aptFolder, "sources.list"), ...active.map((file) => join(aptFolder, "sources.list.d", file))];
  return Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
};
