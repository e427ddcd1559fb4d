import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";

/** Where the suite leaves its screenshots. */
export const screenshotFolder = join(repositoryRoot, "tests/console/screenshots");
mkdirSync(screenshotFolder, { recursive: true });
