import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { describeConsole, person, soon } from "./describeConsole.ts";
import { itemMessage } from "./itemMessage.ts";

/** More than any page has to pass with the Tab key in these specs. */
const maxTabs = 80;

describeConsole("the console with the keyboard alone", ({ system, page, signIn, addItem, writeMessage }) => {
  const press = (key: string) => page().keyboard.press(key);
  /** The name of what has the focus, as a screen reader says it. */
  const focused = (): Promise<string> =>
    page().evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
    });
  const isInDialog = (): Promise<boolean> => page().evaluate(() => document.activeElement?.closest("dialog") !== null);

  /** Presses Tab until something with this name has the focus. */
  const tabTo = async (name: RegExp): Promise<void> => {
    const passed: string[] = [];
    for (let n = 0; n < maxTabs; n += 1) {
      await press("Tab");
      const now = await focused();
      if (name.test(now)) return;
      passed.push(now.slice(0, 30));
    }
    expect.fail(`${String(name)} is not reached with the Tab key, only ${passed.join(", ")}`);
  };

  it("skips the header", async () => {
    await signIn(person, "/carts");
    await page().reload();
    await page().getByLabel("Cart or user").waitFor();
    await press("Tab");
    expect(await focused()).to.equal("Skip to the content");
    await press("Enter");
    await page().waitForFunction(() => document.activeElement?.id === "content");
    await press("Tab");
    expect(await page().evaluate(() => document.activeElement?.closest("#content") !== null)).to.equal(true);
  });

  it("goes back in time with the arrow keys on the slider", async () => {
    const cart = randomUUID();
    for (const item of ["cup", "pot", "tray"]) await addItem(cart, { item_id: item, name: item });
    await signIn(person, `/carts/${cart}`);
    const shown = page().getByRole("region", { name: "The cart", exact: true });
    await shown.getByText("tray").first().waitFor(soon);
    await tabTo(/^Version of the cart$/);
    const slider = page().getByRole("slider", { name: "Version of the cart" });
    expect(await slider.getAttribute("aria-valuetext")).to.match(/^Version 4 of 4, Item added/);
    await press("ArrowLeft");
    await press("ArrowLeft");
    await shown.getByText("at version 2").waitFor(soon);
    expect(new URL(page().url()).searchParams.get("version")).to.equal("2");
    await press("Home");
    await shown.getByText("at version 1").waitFor(soon);
    await press("ArrowRight");
    await shown.getByText("at version 2").waitFor(soon);
    await press("End");
    await shown.getByText("tray").first().waitFor(soon);
    expect(new URL(page().url()).searchParams.get("version"), "it follows the cart again").to.equal(null);
    expect(await focused(), "the focus stays on the slider").to.equal("Version of the cart");
  });

  it("keeps the focus in a dialog, and gives it back to what opened the dialog", async () => {
    const cart = randomUUID();
    await addItem(cart, { item_id: "cup" });
    await signIn(person, `/carts/${cart}`);
    await page().getByText("2 of 2").waitFor(soon);
    const open = async (name: RegExp, close: () => Promise<void>): Promise<void> => {
      await tabTo(name);
      const opener = await focused();
      await press("Enter");
      await page().getByRole("dialog").waitFor();
      for (let n = 0; n < 8; n += 1) {
        expect(
          await page().evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null),
        ).to.equal(true);
        await press("Tab");
      }
      await close();
      await page().getByRole("dialog").waitFor({ state: "detached" });
      await page().waitForFunction(
        (label) => (document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim()) === label,
        opener,
      );
    };
    const escape = (): Promise<void> => press("Escape");
    await open(/^Details of version 1$/, escape);
    await page().goto(`${system().console}/repair/checks`);
    await page().getByRole("button", { name: "Check", exact: true }).waitFor();
    await open(/^Check$/, escape);
    await open(/^Rebuild all$/, async () => {
      await tabTo(/^Cancel$/);
      await press("Enter");
    });
  });

  it("retries a stuck message, and is told how it went", async () => {
    const cart = randomUUID();
    await addItem(cart, { item_id: "cup" });
    await writeMessage(itemMessage(cart, 3, "{"));
    await signIn(person, "/");
    await tabTo(/^Repair$/);
    await press("Enter");
    await page()
      .getByRole("row", { name: new RegExp(cart) })
      .waitFor(soon);
    await tabTo(/^No\. \d+$/);
    await press("Enter");
    await page().getByRole("button", { name: "Retry", exact: true }).waitFor(soon);
    await tabTo(/^Retry$/);
    await press("Enter");
    await page().getByRole("dialog").waitFor();
    expect(await isInDialog()).to.equal(true);
    await tabTo(/^Retry$/);
    await press("Enter");
    const outcome = page().getByRole("dialog").locator("[aria-live]");
    await outcome.getByText("1 still cannot go on").waitFor(soon);
    await tabTo(/^Close$/);
    await press("Enter");
    await page()
      .getByRole("row", { name: new RegExp(cart) })
      .waitFor(soon);
    await page().waitForFunction(() => document.activeElement?.id === "content");
  });
});
