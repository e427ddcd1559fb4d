import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { eventStoreTables } from "@cart/event-store/testing";
import { migrateAbandonment, migrateConsole, migrateEventStore, migrateReadModel } from "@cart/migrations";
import { bearer, type TokenClaims, useKafka, useMysqlDatabase, waitFor } from "@cart/testkit";
import { openBrowser } from "@cart/tests-common/browser";
import type { AxeResults } from "axe-core";
import { expect } from "chai";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type ConsoleSystem, type ForeignMessage, startConsoleSystem } from "./consoleSystem.ts";
import { takeScreenshot } from "./screenshots.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** May look and repair everything. */
export const person: TokenClaims = {
  sub: "support-7",
  tenant_id: "default",
  scope: "console:read console:repair console:all-tenants carts:admin",
};

/** An event takes some of the console's passes, of 5 s each, to be seen. */
export const soon = { timeout: 30_000 };

/** The real system with the console, a browser, and what the specs do with them. */
export type ConsoleSuite = {
  readonly system: () => ConsoleSystem;
  readonly eventStore: ReturnType<typeof useMysqlDatabase>;
  readonly page: () => Page;
  /** Opens another page in the place of the present one. */
  readonly openPage: (width: number, colorScheme?: "light" | "dark") => Promise<void>;
  /** Opens an address and signs in there with a token. */
  readonly signIn: (claims: TokenClaims & { readonly exp?: number }, path: string) => Promise<void>;
  /** Goes to an address within the page. */
  readonly go: (path: string) => Promise<void>;
  /** Sends a command to command-api, which must succeed. */
  readonly post: (path: string, body?: object, who?: TokenClaims) => Promise<void>;
  readonly addItem: (cart: string, item: object, who?: TokenClaims) => Promise<void>;
  /**
   * Writes a message of a cart to its topic, as another program could by mistake, after all events of the cart are shown.
   * A message that the projector cannot apply would otherwise stop those that the relay has yet to send.
   */
  readonly writeMessage: (message: ForeignMessage) => Promise<void>;
  /** Presses a button of the question that is open, and waits for the sentence about the outcome. */
  readonly confirm: (button: string, outcome: string | RegExp) => Promise<void>;
  readonly assertAccessible: (what: string) => Promise<void>;
  readonly assertFits: (what: string) => Promise<void>;
  readonly screenshot: (name: string) => Promise<void>;
};

export const tokenOf = async (claims: TokenClaims & { readonly exp?: number }): Promise<string> =>
  (await bearer(claims)).Authorization.replace("Bearer ", "");

/** Describes specs on a system of their own. */
export const describeConsole = (title: string, specs: (suite: ConsoleSuite) => void): void => {
  describe(title, function () {
    this.timeout(120_000);
    const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
    const readModel = useMysqlDatabase({ migrate: migrateReadModel });
    const abandonment = useMysqlDatabase({ migrate: migrateAbandonment });
    const own = useMysqlDatabase({ migrate: migrateConsole });
    const kafka = useKafka();

    // A nested suite: its services stop before the databases are dropped.
    describe("on the real system", () => {
      let system: ConsoleSystem;
      let browser: Browser;
      before("start the system and the browser", async function () {
        this.timeout(180_000);
        browser = await openBrowser();
        system = await startConsoleSystem({
          eventStore: eventStore.url(),
          readModel: readModel.url(),
          abandonment: abandonment.url(),
          console: own.url(),
          brokers: kafka.brokers(),
          topicPrefix: kafka.topicName("console."),
        });
      });
      after("stop them", async function () {
        this.timeout(60_000);
        await browser.close();
        await system.stop();
      });
      const pages = usePages(() => browser);
      specs({ system: () => system, eventStore, ...pages, ...actions(() => system, eventStore, pages.page) });
    });
  });
};

/** A page for each spec. A spec fails if the browser complained: about an error of a script, or about what the content security policy forbade. */
const usePages = (browser: () => Browser): Pick<ConsoleSuite, "page" | "openPage"> => {
  let context: BrowserContext | undefined;
  let page: Page;
  const complaints: string[] = [];
  const openPage: ConsoleSuite["openPage"] = async (width, colorScheme = "light") => {
    await context?.close();
    context = await browser().newContext({
      viewport: { width, height: 860 },
      colorScheme,
      locale: "en-US",
      timezoneId: "Europe/Berlin",
    });
    page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
    });
    page.on("dialog", (dialog) => {
      complaints.push(`a dialog of a script: ${dialog.message()}`);
      void dialog.dismiss();
    });
  };
  beforeEach(() => openPage(1280));
  afterEach(async () => {
    await context?.close();
    context = undefined;
    expect(complaints.splice(0)).to.deep.equal([]);
  });
  return { page: () => page, openPage };
};

const actions = (
  system: () => ConsoleSystem,
  eventStore: ConsoleSuite["eventStore"],
  page: () => Page,
): Omit<ConsoleSuite, "system" | "eventStore" | "page" | "openPage"> => {
  const post: ConsoleSuite["post"] = async (path, body = {}, who = person) => {
    const response = await fetch(`${system().commandApi}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(await bearer(who)) },
      body: JSON.stringify(body),
    });
    expect(response.status, `${path}: ${await response.text()}`).to.be.below(300);
  };
  return {
    post,
    addItem: (cart, item, who) => post(`/carts/${cart}/items`, { user_id: "user-1", quantity: 1, price: 10, ...item }, who),
    writeMessage: async (message) => {
      const stored = await eventStoreTables(eventStore.pool()).events.count({ aggregate_id: message.key });
      await waitFor(`the read model to show version ${stored} of the cart ${message.key}`, async () => {
        const response = await fetch(`${system().queryApi}/carts/${message.key}?min_version=${stored}`, { headers: await bearer(person) });
        await response.body?.cancel();
        return response.ok;
      });
      await system().writeMessage(message);
    },
    signIn: async (claims, path) => {
      await page().goto(`${system().console}${path}`);
      await page()
        .getByLabel("Access token")
        .fill(await tokenOf(claims));
      await page().getByRole("button", { name: "Sign in" }).click();
      await page().getByRole("button", { name: "Sign out" }).or(page().getByText("Your token does not allow this")).waitFor();
    },
    go: async (path) => {
      // By the page itself, because the token lives in its tab.
      await page().evaluate((to) => {
        window.history.pushState(null, "", to);
        window.dispatchEvent(new PopStateEvent("popstate"));
      }, path);
    },
    confirm: async (button, outcome) => {
      const dialog = page().getByRole("dialog");
      await dialog.getByRole("button", { name: button }).click();
      await dialog.getByText(outcome).waitFor(soon);
      await dialog.getByRole("button", { name: "Close" }).click();
    },
    assertAccessible: async (what) => {
      await page().evaluate(axe);
      const { violations } = await page().evaluate<AxeResults>("axe.run(document)");
      expect(violations.map(({ id, nodes }) => `${what}: ${id} ${nodes.map(({ html }) => html).join(" ")}`)).to.deep.equal([]);
    },
    assertFits: async (what) => {
      const over = await page().evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `${what} is wider than the window`).to.equal(0);
    },
    screenshot: (name) => takeScreenshot(page(), name),
  };
};
