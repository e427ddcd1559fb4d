import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import type { Page } from "playwright-core";

/** Where the suite leaves its screenshots. */
const folder = join(repositoryRoot, "tests/console/screenshots");
mkdirSync(folder, { recursive: true });

/** The screenshots that the documents show. `CART_PICTURES=1 npm run test:console` takes them again. */
const pictures: Readonly<Record<string, string>> = {
  "shop-overview-1280-light": "console-overview.png",
  "shop-cart-1280-light": "console-cart.png",
  "shop-repair-1280-light": "console-repair.png",
  "shop-tenant-1280-light": "console-tenant.png",
  "sign-in-1280-light": "console-sign-in.png",
};

/** Takes a screenshot of the whole page. */
export const takeScreenshot = async (page: Page, name: string): Promise<void> => {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  const picture = pictures[name];
  if (picture !== undefined && process.env["CART_PICTURES"] === "1") copyFileSync(path, join(repositoryRoot, "docs", picture));
};
