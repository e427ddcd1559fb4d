import { randomUUID } from "node:crypto";
import type { TokenClaims } from "@cart/testkit";
import { expect } from "chai";
import { describeConsole, person, soon, tokenOf } from "./describeConsole.ts";
import { itemMessage } from "./itemMessage.ts";

const viewer: TokenClaims = { sub: "viewer", tenant_id: "default", scope: "console:read carts:admin" };
const shopper: TokenClaims = { sub: "shopper", tenant_id: "default" };
const stranger: TokenClaims = { sub: "stranger", tenant_id: "shop-2", scope: "console:read console:repair carts:admin" };

const widths = [1280, 390] as const;

describeConsole(
  "the console in a browser",
  ({ system, page, openPage, signIn, go, post, addItem, writeMessage, assertAccessible, assertFits, screenshot }) => {
    it("finds a cart, shows it with its stream, and goes back in time", async () => {
      const cart = randomUUID();
      await addItem(cart, { item_id: "cup", name: "Coffee cup", quantity: 2, price: 29.99 });
      await addItem(cart, { item_id: "pot", name: "Tea pot", price: 45 });
      await signIn(person, "/carts");
      await page().getByLabel("Cart or user").fill("user-1");
      await page().getByRole("button", { name: "Find" }).click();
      await page().getByRole("link", { name: cart }).click(soon);
      const shown = page().getByRole("region", { name: "The cart", exact: true });
      await shown.getByText("$104.98").waitFor();
      await page().getByText("by support-7").first().waitFor();
      await page().getByRole("button", { name: "One version back" }).click();
      await shown.getByText("at version 2").waitFor();
      expect(new URL(page().url()).searchParams.get("version")).to.equal("2");
      expect(await shown.getByRole("row", { name: /Coffee cup\s+new/ }).count()).to.equal(1);
      expect(await shown.getByText("Tea pot").count()).to.equal(0);
      await page().getByRole("button", { name: "Details of version 2" }).click();
      await page().getByRole("dialog").getByText('"type": "ItemAddedToCart"').waitFor();
    });

    it("follows a cart that changes while it is looked at", async () => {
      const cart = randomUUID();
      await addItem(cart, { item_id: "cup" });
      await signIn(person, `/carts/${cart}`);
      await page().getByText("Follows live").waitFor(soon);
      await addItem(cart, { item_id: "lamp", name: "Reading lamp", price: 80 });
      await page().getByRole("region", { name: "The cart", exact: true }).getByText("Reading lamp").waitFor(soon);
      await page().getByText("3 of 3").waitFor(soon);
    });

    it("scrolls a long stream with few rows in the page", async () => {
      const cart = randomUUID();
      for (let n = 0; n < 60; n += 1) await addItem(cart, { item_id: `item-${n % 50}` });
      await signIn(person, `/carts/${cart}`);
      await page().getByText("61 events").waitFor(soon);
      const list = page().getByRole("list", { name: "Events, newest first" });
      expect(await list.getByRole("listitem").count()).to.be.lessThan(40);
      await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
      await list.getByText("Cart created").waitFor();
    });

    it("says that a projector is down, what that means, and that it is back", async () => {
      await signIn(person, "/");
      await page().getByText("Everything works").waitFor(soon);
      await system().stopService("projector");
      await page()
        .getByRole("heading", { name: /projector at .* does not answer/ })
        .waitFor(soon);
      await addItem(randomUUID(), { item_id: "cup" });
      const waiting = page().locator(".part", { hasText: "hands events to every reader" }).locator("dd");
      await page().waitForFunction((element) => Number(element?.textContent) > 0, await waiting.elementHandle(), soon);
      await screenshot("overview-projector-down");
      await system().startService("projector");
      await page().getByText("Everything works").waitFor(soon);
    });

    it("repairs a cart: its bad message is looked at and discarded, and those behind it are retried until it is whole", async () => {
      const cart = randomUUID();
      await addItem(cart, { item_id: "cup" });
      await writeMessage(itemMessage(cart, 3, "<img src=x onerror=alert(1)>", { ce_source: "/<script>alert(1)</script>" }));
      await signIn(person, "/repair");
      await page()
        .getByRole("heading", { name: /The message cannot be read/ })
        .waitFor(soon);
      await addItem(cart, { item_id: "pot", name: "Tea pot" });
      await page()
        .getByRole("heading", { name: /Waits behind another message/ })
        .waitFor(soon);
      await assertAccessible("stuck messages");
      await screenshot("repair-1280");

      await page()
        .getByRole("row", { name: /The message cannot be read/ })
        .getByRole("link")
        .click();
      await page().getByText("<img src=x onerror=alert(1)>").waitFor();
      await page().getByText("/<script>alert(1)</script>").waitFor();
      await assertAccessible("a stuck message");
      await page().getByRole("button", { name: "Discard this message" }).click();
      await page().getByRole("dialog").getByRole("button", { name: "Discard" }).click();
      await page().getByText("1 message is deleted").waitFor();
      await page().getByRole("button", { name: "Close" }).click();
      await page().getByRole("button", { name: "Retry all" }).click();
      await assertAccessible("the question");
      await page().getByRole("dialog").getByRole("button", { name: "Retry" }).click();
      await page().getByText("1 message is no longer stuck").waitFor();
      await page().getByRole("button", { name: "Close" }).click();
      await page().getByText("Nothing is stuck").waitFor(soon);
      await go("/repair/log");
      await page()
        .getByRole("row", { name: /support-7.*Discarded stuck messages.*Done/ })
        .waitFor(soon);

      await go("/repair/checks");
      await page().getByRole("button", { name: "Check", exact: true }).click();
      await page().getByRole("dialog").getByRole("button", { name: "Start" }).click();
      await page().getByRole("button", { name: "Close" }).click();
      await page()
        .getByText(/Differences: 0/)
        .waitFor({ timeout: 60_000 });
    });

    it("shows hostile names as text", async () => {
      const cart = randomUUID();
      const names = ["<script>alert(1)</script>", "😀".repeat(255), "\u202Eevil\u05D0\u05D1\u05D2"];
      for (const [index, name] of names.entries()) await addItem(cart, { item_id: `item-${index}`, name });
      for (const width of widths) {
        await openPage(width);
        await signIn(person, `/carts/${cart}`);
        const shown = page().getByRole("region", { name: "The cart", exact: true });
        for (const name of names) await shown.getByText(name, { exact: true }).waitFor(soon);
        await assertFits(`a cart with hostile names at ${width} px`);
      }
    });

    it("refuses a token without the scope, and lets a token look that may not repair", async () => {
      await signIn(shopper, "/");
      await page().getByText("looking at the console needs the scope console:read").waitFor();
      await page().getByRole("button", { name: "Sign in with another token" }).click();
      await page().getByLabel("Access token").fill("not a token");
      await page().getByRole("button", { name: "Sign in" }).click();
      await page().getByText("The token was refused").waitFor();
      await page()
        .getByLabel("Access token")
        .fill(await tokenOf(viewer));
      await page().getByRole("button", { name: "Sign in" }).click();
      await page().getByRole("link", { name: "Repair" }).click();
      await page().getByText("You may look.").waitFor();
      await go("/repair/checks");
      await page().getByText("No check has run yet").or(page().getByText("Check of everything")).first().waitFor();
      expect(await page().getByRole("button", { name: "Check", exact: true }).count()).to.equal(0);
    });

    it("shows another tenant's token nothing of this tenant", async () => {
      const cart = randomUUID();
      await addItem(cart, { item_id: "cup" });
      await signIn(stranger, `/carts/${cart}`);
      await page().getByText("Not found").waitFor(soon);
      await go("/tenants/default");
      await page().getByText("Your token does not allow this").first().waitFor();
      await go("/carts");
      await page().getByText("No cart found").waitFor();
    });

    it("has nothing that axe finds, fits the window, and is used with the keyboard alone, in light and dark", async () => {
      const cart = randomUUID();
      await addItem(cart, { item_id: "cup", name: "Coffee cup", quantity: 2, price: 29.99 });
      await addItem(cart, { item_id: "pot", name: "Tea pot", price: 45 });
      await post("/tenants/default/cart-abandoned-policies", {
        title: "Standard",
        abandoned_minutes: 60,
        quiet_time_from: "22:00:00",
        quiet_time_to: "08:00:00",
        time_zone: "Europe/Berlin",
        reminders: [60, 1440],
      });
      const views = [
        ["overview", "/", "Lag by partition"],
        ["carts", "/carts", "Last activity"],
        ["cart", `/carts/${cart}?version=3`, "Total of 3 items"],
        ["repair", "/repair", "Stuck messages"],
        ["checks", "/repair/checks", "Rebuild one cart"],
        ["log", "/repair/log", /Outcome|Nothing was repaired yet/],
        ["tenant", "/tenants/default", "Quiet time"],
      ] as const;
      for (const width of widths)
        for (const scheme of ["light", "dark"] as const) {
          await openPage(width, scheme);
          await page().goto(system().console);
          await page().getByRole("heading", { name: "Sign in" }).waitFor();
          await assertAccessible(`sign-in, ${width} px, ${scheme}`);
          await page().keyboard.press("Tab");
          expect(await page().evaluate(() => document.activeElement?.textContent)).to.contain("Skip to the content");
          await signIn(person, "/");
          for (const [name, path, text] of views) {
            await go(path);
            await page().getByText(text).first().waitFor(soon);
            await assertFits(`${name} at ${width} px`);
            await assertAccessible(`${name}, ${width} px, ${scheme}`);
            await screenshot(`${name}-${width}-${scheme}`);
          }
        }
    });

    it("draws the overview within a second", async () => {
      await signIn(person, "/carts");
      const begin = performance.now();
      await go("/");
      await page().getByRole("heading", { name: "Lag by partition" }).waitFor();
      expect(performance.now() - begin).to.be.lessThan(1_000);
    });
  },
);
