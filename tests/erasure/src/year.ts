import { randomUUID } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { bearer } from "@cart/testkit/tokens";
import { startServiceCommand } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import type { RowDataPacket } from "mysql2/promise";
import { breakMessage, failToPublish, refuseMessage } from "./brokenMessages.ts";
import { leaveCarts } from "./leftCarts.ts";
import type { Person } from "./person.ts";
import { type Act, actorOf, type Carts, itemOf, withoutLate } from "./shopping.ts";
import { support } from "./support.ts";
import { isShown, tenant, type World } from "./world.ts";

/** Lives what the carts of a person go through in a year. */
export const liveYear = async (world: World, person: Person, { seals }: { readonly seals: boolean }): Promise<Carts> => {
  const carts: Carts = {
    merged: randomUUID(),
    target: randomUUID(),
    claimed: randomUUID(),
    long: randomUUID(),
    abandoned: randomUUID(),
    reminded: randomUUID(),
    unpublished: randomUUID(),
    unreadable: randomUUID(),
    refused: randomUUID(),
    open: randomUUID(),
  };
  const [guest, customer] = [actorOf(world, person, person.guest), actorOf(world, person, person.customer)];
  await shopAsGuest(person, carts, guest);
  await logIn(person, carts, customer);
  await buy(person, carts, customer);
  await leaveCarts({ world, person, seals }, carts);
  await failToPublish(world, person, carts, customer);
  await breakMessage(world, person, carts, customer);
  await refuseMessage(world, person, carts, customer);
  // A refusal, which may be logged.
  const refused = await world.send(
    "POST",
    `/carts/${carts.long}/items`,
    { sub: person.customer },
    { ...itemOf(person, "tea"), note: person.mark },
    {
      "X-Correlation-Id": person.text("correlation"),
    },
  );
  if (refused.status < 400) throw new Error("expected a refusal");
  const { json } = await customer("POST", `/carts/${carts.open}/items`, itemOf(person, "tea"));
  await isShown(world, carts.open, json["version"]);
  await allShown(world, carts);
  await support(world, person, carts);
  return carts;
};

/** A reader at the end of the year must see all of it. */
const allShown = async (world: World, carts: Carts): Promise<void> => {
  const { events } = eventStoreTables(world.admin, world.system().databases.eventStore);
  for (const cart of withoutLate(carts)) await isShown(world, cart, await events.count({ aggregate_id: cart }));
};

const shopAsGuest = async (person: Person, carts: Carts, guest: Act): Promise<void> => {
  for (const cart of [carts.merged, carts.claimed]) {
    await guest("POST", `/carts/${cart}`, { attributes: { note: person.text("note") } });
    await guest("POST", `/carts/${cart}/items`, itemOf(person, "tea"));
    await guest("POST", `/carts/${cart}/items`, { ...itemOf(person, "mug"), attributes: undefined });
  }
};

const logIn = async (person: Person, carts: Carts, customer: Act): Promise<void> => {
  const { Authorization } = await bearer({ sub: person.guest, tenant_id: tenant });
  const asGuest = { "Guest-Token": Authorization.replace("Bearer ", "") };
  await customer("POST", `/carts/${carts.target}/items`, itemOf(person, "tea"));
  await customer("POST", `/carts/${carts.merged}/merge`, { target_cart_id: carts.target }, asGuest);
  await customer("POST", `/carts/${carts.claimed}/claim`, {}, asGuest);
  await customer("PATCH", `/carts/${carts.claimed}`, { attributes: { note: person.text("other-note"), gift: true } });
};

/** With more than a hundred events, so that there is a snapshot. */
const buy = async (person: Person, carts: Carts, customer: Act): Promise<void> => {
  const { long: cart } = carts;
  await customer("POST", `/carts/${cart}`, { attributes: { note: person.text("note") } });
  const operations = Array.from({ length: 60 }, () => ({ op: "add_item", ...itemOf(person, "tea") }));
  for (let n = 0; n < 2; n += 1) await customer("POST", `/carts/${cart}/changes`, { operations });
  const discount = { kind: "discount", amount: -1, label: person.text("label"), reference: person.text("reference") };
  await customer("PUT", `/carts/${cart}/adjustments`, { adjustments: [discount] });
  await customer("POST", `/carts/${cart}/submit`, {});
  await customer("POST", `/carts/${cart}/reopen`, {});
  await customer("POST", `/carts/${cart}/submit`, {});
  await customer("POST", `/carts/${cart}/purchase`, { order_id: `order-${cart}` });
};

/** Kills a rebuild before it swaps its tables in, so that it leaves them behind. */
export const killRebuild = async ({ admin, system }: World): Promise<void> => {
  const { readModel } = system().databases;
  const writer = await admin.getConnection();
  try {
    // The rebuild does not swap while a transaction of a writer is open.
    await writer.query("START TRANSACTION");
    await writer.query("SELECT 1 FROM ??.dead_letters LIMIT 0", [readModel]);
    const rebuild = startServiceCommand(system(), "projector", ["rebuild"]);
    await waitUntil("the rebuild to wait for the writer", 30, async () => {
      const [waiting] = await admin.query<RowDataPacket[]>(
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = ? AND INFO LIKE 'LOCK TABLES dead_letters WRITE%'",
        [readModel],
      );
      if (waiting.length === 0) throw new Error("it does not wait yet");
    });
    rebuild.kill();
    await rebuild.ended;
  } finally {
    await writer.query("ROLLBACK");
    writer.release();
  }
};

/** Copies the event store as a backup has it. */
export const backUp = async ({ admin, system, databasePrefix }: World): Promise<string> => {
  const { eventStore } = system().databases;
  // Its name does not begin like those of the system's databases.
  const backup = `backup_${databasePrefix}events`;
  await admin.query("CREATE DATABASE ??", [backup]);
  const [tables] = await admin.query<(RowDataPacket & { readonly name: string })[]>(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'",
    [eventStore],
  );
  for (const { name } of tables) {
    await admin.query("CREATE TABLE ??.?? LIKE ??.??", [backup, name, eventStore, name]);
    await admin.query("INSERT INTO ??.?? SELECT * FROM ??.??", [backup, name, eventStore, name]);
  }
  return backup;
};
