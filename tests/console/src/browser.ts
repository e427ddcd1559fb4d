import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { repositoryRoot, UserError } from "@cart/tools/own-servers";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The first Chromium on the PATH, or the one that CHROMIUM names. Playwright's own downloads are not used. */
const findChromium = (): string => {
  const given = process.env["CHROMIUM"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = [...(given === undefined ? [] : [given]), ...folders.flatMap((folder) => names.map((name) => join(folder, name)))].find(
    existsSync,
  );
  if (found === undefined)
    throw new UserError("no Chromium is on the PATH: install it (apt-get install chromium), or set CHROMIUM to its path");
  return found;
};

/** A container's root user cannot have Chromium's sandbox. The pages are this repository's own. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });

/** Where the suite leaves its screenshots. */
export const screenshotFolder = join(repositoryRoot, "tests/console/screenshots");
mkdirSync(screenshotFolder, { recursive: true });
