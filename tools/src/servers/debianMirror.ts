import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The Debian mirror that this machine's own apt sources name, or `undefined`.
 * Takes both formats: one line a source (`deb URI suite component`) and deb822
 * (`URIs:`). Security and other archives are not the one with all packages.
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

/** The text of every apt source of this machine; none where there is no apt. */
export const readAptSources = async (): Promise<string[]> => {
  const inFolder = await readdir(join(aptFolder, "sources.list.d")).catch(() => []);
  // Apt itself reads no others there: one that was put aside has another ending.
  const active = inFolder.filter((file) => file.endsWith(".list") || file.endsWith(".sources"));
  const files = [join(aptFolder, "sources.list"), ...active.map((file) => join(aptFolder, "sources.list.d", file))];
  return Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
};
