import { randomUUID } from "node:crypto";
import { beforeInsert, eventStoreTables } from "@cart/event-store/testing";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { describeConsole, person, soon } from "./describeConsole.ts";
import { itemMessage } from "./itemMessage.ts";

/** A message that the projector cannot apply: by default because its content is damaged. */
const message = (cart: string, version: number, value = "<img src=x onerror=alert(1)>") => itemMessage(cart, version, value);

const damaged = "The message cannot be read";

describeConsole("repairs in a browser", (suite) => {
  const { eventStore, page, signIn, go, addItem, writeMessage, confirm, assertAccessible, screenshot } = suite;
  const row = (text: string | RegExp) => page().getByRole("row", { name: text });
  const openMessage = (text: string | RegExp) => row(text).first().getByRole("link").first().click();
  const press = (name: string) => page().getByRole("button", { name, exact: true }).click();

  it("shows an event that was given up, and sends it again after its cause is repaired", async () => {
    const tables = eventStoreTables(eventStore.pool());
    const cart = randomUUID();
    const repairTrigger = await beforeInsert(eventStore.pool(), "outbox", "SET NEW.metadata = '{}'");
    await addItem(cart, { item_id: "cup", name: "Coffee cup" });
    await repairTrigger();
    await addItem(cart, { item_id: "pot", name: "Tea pot" });
    await signIn(person, "/");
    await page().getByRole("heading", { name: "Events were given up" }).waitFor(soon);
    await page().getByRole("link", { name: "Outbox", exact: true }).click();
    await page().getByText("the metadata has no correlation_id or causation_id").first().waitFor(soon);
    expect(await row(new RegExp(cart)).first().getByRole("cell").nth(4).textContent()).to.match(/^[12]$/);
    await assertAccessible("events that were given up");
    await screenshot("outbox-1280-light");

    // Without a repair of its cause it is given up again.
    await row(new RegExp(cart)).first().getByRole("button", { name: "Send again" }).click();
    await confirm("Send again", /sent again/);
    await waitFor("the event to be given up again", () => tables.outbox.has({ aggregate_id: cart, status: "FAILED" }), {
      timeoutMs: 60_000,
    });

    await tables.outbox.change({ metadata: '{"correlation_id":"repaired","causation_id":"repaired"}' }, { aggregate_id: cart });
    await page().getByRole("button", { name: "Send all again" }).click();
    await confirm("Send again", /sent again/);
    await page().getByText("No event was given up").waitFor(soon);
    await go(`/carts/${cart}`);
    await page().getByRole("region", { name: "The cart", exact: true }).getByText("Tea pot").waitFor(soon);
    await go("/repair/log");
    await row(/support-7.*Sent events again.*Done/)
      .first()
      .waitFor(soon);
  });

  it("retries a stuck message in vain, and makes its cart whole by a rebuild from the event store", async () => {
    const cart = randomUUID();
    await addItem(cart, { item_id: "cup" });
    // Version 4 before version 3, which never comes.
    await writeMessage(
      message(cart, 4, JSON.stringify({ line_id: "x", item_id: "x", quantity: 1, unit_price: 1, previous_unit_price: null })),
    );
    await signIn(person, "/repair");
    await row(new RegExp(cart)).waitFor(soon);
    await addItem(cart, { item_id: "pot", name: "Tea pot" });
    await row(new RegExp(cart)).nth(1).waitFor(soon);
    await openMessage(new RegExp(cart));
    await page().getByText("Behind it wait").waitFor();
    await press("Retry");
    await confirm("Retry", /still cannot go on/);
    await openMessage(new RegExp(cart));
    await press("Rebuild from the event store");
    await confirm("Rebuild", "The rebuild has started");
    await page().getByRole("article").filter({ hasText: cart }).getByText("Done", { exact: true }).waitFor(soon);
    await go("/repair");
    await page().getByText("Nothing is stuck").waitFor(soon);
    await go(`/carts/${cart}`);
    await page().getByRole("region", { name: "The cart", exact: true }).getByText("Tea pot").waitFor(soon);
    await page().getByText("3 of 3").waitFor(soon);
  });

  it("discards one message, all of a cart, and all of a reason", async () => {
    const carts = Array.from({ length: 3 }, () => randomUUID());
    const [first = "", second = ""] = carts;
    for (const cart of carts) {
      await addItem(cart, { item_id: "cup" });
      await writeMessage(message(cart, 3));
      await writeMessage(message(cart, 3, "[]"));
    }
    await signIn(person, "/repair");
    for (const cart of carts) await row(new RegExp(cart)).nth(1).waitFor(soon);

    await openMessage(new RegExp(`${first}.*${damaged}`));
    await press("Discard this message");
    await confirm("Discard", "1 message is deleted");
    await page().getByRole("heading", { name: "All stuck messages" }).waitFor();
    expect(await row(new RegExp(first)).count()).to.equal(1);

    await openMessage(new RegExp(`${second}.*${damaged}`));
    await press("Discard all of it");
    await confirm("Discard", "2 messages are deleted");
    await page().getByRole("heading", { name: "All stuck messages" }).waitFor();
    await row(new RegExp(second)).first().waitFor({ state: "detached" });

    await page().getByRole("article").filter({ hasText: damaged }).getByRole("button", { name: "Discard all" }).click();
    await confirm("Discard", "1 message is deleted");
    await row(damaged).first().waitFor({ state: "detached" });
    // What waited behind the damaged messages cannot be applied either.
    await page().getByRole("article").first().getByRole("button", { name: "Retry all" }).click();
    await confirm("Retry", "2 still cannot go on");
    const invalid = page().getByRole("article").filter({ hasText: "The content of the message is not valid" });
    await invalid.getByRole("button", { name: "Discard all" }).click();
    await confirm("Discard", "2 messages are deleted");
    await page().getByText("Nothing is stuck").waitFor(soon);
    await go("/repair/log");
    await row(/support-7.*Discarded stuck messages.*Done/)
      .nth(2)
      .waitFor(soon);
  });

  it("checks and rebuilds everything, and shows how far it is until it ends", async () => {
    await signIn(person, "/repair/checks");
    for (const [button, title] of [
      ["Check", "Check of everything"],
      ["Rebuild all", "Rebuild of everything"],
    ] as const) {
      await press(button);
      await confirm("Start", "It has started");
      const job = page().getByRole("article").filter({ hasText: title }).first();
      await job.getByText("Done", { exact: true }).waitFor({ timeout: 60_000 });
      await job.getByText(/\d+ lines?/).click();
      await job.getByText(/"events":/).waitFor();
      await assertAccessible(title);
    }
    await screenshot("rebuild-done");
    await go("/repair/log");
    await row(/support-7.*Rebuilt everything.*Done/)
      .first()
      .waitFor(soon);
  });
});
