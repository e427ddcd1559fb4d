import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "@cart/tools/own-servers";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The Chromium that CHROMIUM names, or the first on the PATH. Playwright's own downloads are not used. */
export const findChromium = (): string | undefined => {
  const given = process.env["CHROMIUM"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return [...(given === undefined ? [] : [given]), ...folders.flatMap((folder) => names.map((name) => join(folder, name)))].find(
    existsSync,
  );
};

/** A container's root user cannot have Chromium's sandbox. The pages are this repository's own. */
export const openBrowser = (): Promise<Browser> => {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new UserError("no Chromium is on the PATH: install it (apt-get install chromium), or set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
};
