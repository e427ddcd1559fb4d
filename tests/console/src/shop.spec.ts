import { randomUUID } from "node:crypto";
import { bearer } from "@cart/testkit";
import { expect } from "chai";
import { describeConsole, person, soon } from "./describeConsole.ts";
import { itemMessage } from "./itemMessage.ts";

const widths = [1280, 390] as const;
const schemes = ["light", "dark"] as const;

const things = [
  { item_id: "cup-01", name: "Coffee cup, blue", price: 14.5 },
  { item_id: "pot-07", name: "Tea pot", price: 45 },
  { item_id: "lamp-3", name: "Reading lamp", price: 80 },
  { item_id: "tray", name: "Oak tray", price: 32.9 },
] as const;

describeConsole("a shop with carts in every state", (suite) => {
  const { system, page, openPage, signIn, go, post, addItem, writeMessage, assertAccessible, assertFits, screenshot } = suite;
  const cart = randomUUID();
  const guest = randomUUID();
  const purchased = randomUUID();

  before("fill the shop", async function () {
    this.timeout(60_000);
    await post("/tenants/default/cart-abandoned-policies", {
      title: "Standard",
      abandoned_minutes: 60,
      quiet_time_from: "22:00:00",
      quiet_time_to: "08:00:00",
      time_zone: "Europe/Berlin",
      reminders: [60, 1440],
    });
    for (let n = 0; n < 12; n += 1) {
      const id = n === 0 ? purchased : randomUUID();
      const thing = things[n % things.length];
      if (n < 10) await addItem(id, { user_id: `customer-${n}`, quantity: 1 + (n % 3), ...thing });
      if (n < 6) await post(`/carts/${id}/submit`);
      if (n < 4) await post(`/carts/${id}/purchase`, { order_id: `order-${1_000 + n}` });
    }
    await addItem(guest, { user_id: "guest-77", ...things[3] });
    await addItem(cart, { user_id: "customer-42", quantity: 2, ...things[0] });
    await addItem(cart, { user_id: "customer-42", ...things[1], attributes: { gift: true, note: "For Ann" } });
    await post(`/carts/${guest}/merge`, { target_cart_id: cart, strategy: "add" });
    await addItem(cart, { user_id: "customer-42", ...things[2] });
    const response = await fetch(`${system().commandApi}/carts/${cart}/adjustments`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", ...(await bearer(person)) },
      body: JSON.stringify({
        adjustments: [
          { kind: "discount", amount: -15, label: "Autumn sale", reference: "AUTUMN" },
          { kind: "shipping", amount: 4.9 },
        ],
      }),
    });
    expect(response.status, await response.text()).to.equal(200);
  });

  it("shows a cart with its adjustments, its lines' attributes and the cart that was merged into it, and compares two versions", async () => {
    await signIn(person, `/carts/${cart}?version=7&compare=2`);
    const shown = page().getByRole("region", { name: "The cart", exact: true });
    await shown.getByText("Autumn sale").waitFor(soon);
    await shown.getByText("For Ann").waitFor();
    for (const name of ["Tea pot", "Oak tray", "Reading lamp"])
      expect(await shown.getByRole("row", { name: new RegExp(`${name}\\s+new`) }).count(), name).to.equal(1);
    expect(await shown.getByRole("row", { name: /Coffee cup, blue\s+new/ }).count()).to.equal(0);
    await page().getByRole("button", { name: "Details of version 4" }).click();
    const dialog = page().getByRole("dialog");
    await dialog.getByText('"source_cart_id"').waitFor();
    expect(new URL(page().url()).searchParams.get("event")).to.equal("4");
    await assertAccessible("an event");
    await dialog.getByRole("link", { name: guest }).click();
    await shown.getByText("Merged into").waitFor(soon);
    await shown.getByRole("link", { name: cart }).click();
    await shown.getByText("Took the lines of").waitFor(soon);
  });

  it("finds carts by several statuses and their last activity, the last changed first, from page to page", async () => {
    for (let n = 0; n < 55; n += 1) await addItem(randomUUID(), { user_id: "busy", ...things[n % things.length] });
    await addItem(cart, { user_id: "customer-42", ...things[3] });
    await signIn(person, `/carts/${cart}`);
    await page().getByText("7 of 7").waitFor(soon);
    await page().getByRole("region", { name: "The cart", exact: true }).getByText("at version 7").waitFor(soon);
    await go("/carts?within=1");
    const rows = page().getByRole("region", { name: "Found carts" }).locator("tbody tr");
    await rows.first().getByText(cart).waitFor(soon);
    expect(await rows.count()).to.equal(50);
    await page().getByRole("button", { name: "Show more" }).click();
    await page().waitForFunction(() => document.querySelectorAll("table.carts tbody tr").length > 60, undefined, soon);
    await page().getByRole("button", { name: "Bought" }).click();
    await page().getByRole("button", { name: "In checkout" }).click();
    await page().waitForFunction(() => document.querySelectorAll("table.carts tbody tr").length === 6, undefined, soon);
    expect(new URL(page().url()).searchParams.get("status")).to.equal("CLOSED,SUBMITTED");
    await page().getByLabel("Cart or user").fill("customer-0");
    await page().keyboard.press("Enter");
    await page().waitForFunction(() => document.querySelectorAll("table.carts tbody tr").length === 1, undefined, soon);
    await page().getByRole("link", { name: purchased }).waitFor();
  });

  it("looks right and is accessible in light and dark, at a desk and on a phone", async function () {
    this.timeout(300_000);
    const stuck = itemMessage(cart, 40, '{"line_id":"tray","quantity":"two"}', { ce_correlationid: "import-17" });
    const views = [
      ["shop-overview", "/", "Lag by partition"],
      ["shop-carts", "/carts", "Last activity"],
      ["shop-cart", `/carts/${cart}?version=7`, "Autumn sale"],
      ["shop-repair", "/repair", "Retry all"],
      ["shop-message", "/repair/messages/1", "Key and headers"],
      ["shop-tenant", "/tenants/default", "Won back"],
    ] as const;
    await signIn(person, "/");
    await page().getByText("Everything works").waitFor(soon);
    for (const [scheme, width] of schemes.flatMap((each) => widths.map((pixels) => [each, pixels] as const))) {
      await openPage(width, scheme);
      await signIn(person, "/");
      for (const [name, path, text] of views) {
        if (name === "shop-repair" && width === 1280 && scheme === "light") await writeMessage(stuck);
        await go(path);
        await page().getByText(text).first().waitFor(soon);
        await assertFits(`${name}, ${width} px`);
        await assertAccessible(`${name}, ${width} px, ${scheme}`);
        await screenshot(`${name}-${width}-${scheme}`);
      }
    }
  });
});
