import { randomUUID } from "node:crypto";
import { describeConsole, person, soon } from "./describeConsole.ts";

describeConsole("the console while a part of it is away", ({ system, page, signIn, go, addItem, assertAccessible, screenshot }) => {
  const cartOf = async (): Promise<string> => {
    const cart = randomUUID();
    await addItem(cart, { item_id: "cup", name: "Coffee cup" });
    await addItem(cart, { item_id: "pot", name: "Tea pot" });
    return cart;
  };
  const text = (shown: string) => page().getByText(shown).first();
  const theCart = () => page().getByRole("region", { name: "The cart", exact: true });

  it("says that it loads, until there is something to show", async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await page().route("**/api/overview", async (route) => {
      await asked;
      await route.continue();
    });
    await signIn(person, "/");
    await text("Loading the overview").waitFor();
    answer();
    await page().getByRole("heading", { name: "Lag by partition" }).waitFor(soon);
  });

  it("keeps what it shows while the device is offline, says so, and goes on by itself", async () => {
    const cart = await cartOf();
    await signIn(person, "/");
    await text("Live").waitFor(soon);
    await page().context().setOffline(true);
    await text("This device is offline").waitFor();
    await text("Not updated since").waitFor(soon);
    await page().getByRole("heading", { name: "Lag by partition" }).waitFor();
    await assertAccessible("the overview, offline");
    await screenshot("offline-overview");

    // What was not shown before has no data, and says why.
    for (const path of ["/carts", "/tenants/default", "/repair", "/repair/log", `/carts/${cart}`]) {
      await go(path);
      await text("No connection").waitFor(soon);
      await assertAccessible(`${path}, offline`);
    }
    await page().context().setOffline(false);
    await theCart().getByText("Tea pot").waitFor(soon);
    await text("This device is offline").waitFor({ state: "detached" });
    await text("Follows live").waitFor(soon);
  });

  it("does not show another version of a cart than the one that was asked for while it is offline", async () => {
    const cart = await cartOf();
    await signIn(person, `/carts/${cart}`);
    await text("Follows live").waitFor(soon);
    await theCart().getByText("Tea pot").waitFor(soon);
    await page().context().setOffline(true);
    await page().getByRole("button", { name: "One version back" }).click();
    await page().getByRole("button", { name: "One version back" }).click();
    await text("No connection").waitFor(soon);
    await theCart().waitFor({ state: "detached" });
    await page().context().setOffline(false);
    await theCart().getByText("at version 1").waitFor(soon);
  });

  it("says that query-api does not answer, and shows the carts when it does", async () => {
    const cart = await cartOf();
    await signIn(person, `/carts/${cart}`);
    await text("Follows live").waitFor(soon);
    await system().stopService("query-api");
    await text("Not connected; trying again").waitFor(soon);
    for (const path of ["/carts", "/tenants/default"]) {
      await go(path);
      await text("A part of the system does not answer").waitFor(soon);
      await text("query-api does not answer").waitFor();
      await assertAccessible(`${path} without query-api`);
    }
    await screenshot("query-api-down");
    await go(`/carts/${cart}`);
    await text("A part of the system does not answer").waitFor(soon);
    // The rest of the console does not need query-api, and names it.
    await go("/");
    await page()
      .getByRole("heading", { name: /query-api at .* does not answer/ })
      .waitFor(soon);
    await go("/repair");
    await text("Nothing is stuck").waitFor(soon);
    await go("/carts");
    await text("A part of the system does not answer").waitFor(soon);
    await system().startService("query-api");
    await page().getByRole("link", { name: cart }).waitFor(soon);
    await go(`/carts/${cart}`);
    await theCart().getByText("Tea pot").waitFor(soon);
  });
});
