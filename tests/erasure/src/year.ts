import { randomUUID } from "node:crypto";
import { cartAggregate } from "@cart/domain";
import { createCommandHandler, newEventId, openEventStorePool, withKeys } from "@cart/event-store";
import { eventStoreTables, poisonOutbox } from "@cart/event-store/testing";
import { createEventProducer, encodeEventMessage } from "@cart/messaging";
import { openKeys } from "@cart/personal-data";
import { bearer } from "@cart/testkit/tokens";
import { readDeadLetters } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import type { RowDataPacket } from "mysql2/promise";
import type { Person } from "./person.ts";
import { accepted, type Answer, backEnd, isShown, suiteSender, tenant, type World } from "./world.ts";

/** A person's carts, by what became of them. */
export type Carts = Readonly<
  Record<"merged" | "target" | "claimed" | "long" | "abandoned" | "unpublished" | "unreadable" | "open", string>
>;

/** Sends a command of the person with a text of the person in each field and header. */
type Act = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

const shopper = "carts:price carts:purchase";

const actorOf = (world: World, person: Person, sub: string): Act => {
  let requests = 0;
  return (method, path, body, headers = {}) => {
    requests += 1;
    return accepted(
      world.send(method, path, { sub, scope: shopper }, body, {
        "X-Correlation-Id": person.text("correlation"),
        "Idempotency-Key": person.text(`key-${requests}-${sub.length}`),
        traceparent: `00-${randomUUID().replaceAll("-", "")}-${randomUUID().replaceAll("-", "").slice(16)}-01`,
        tracestate: `shop=${person.text("tracestate")}`,
        baggage: `user=${person.text("baggage")}`,
        "User-Agent": person.text("agent"),
        ...headers,
      }),
    );
  };
};

const itemOf = (person: Person, item: string) => ({
  item_id: item,
  name: person.text("name"),
  attributes: { engraving: person.text("engraving") },
  quantity: 2,
  price: 3,
});

/** Lives what the carts of a person go through in a year. */
export const liveYear = async (world: World, person: Person, { seals }: { readonly seals: boolean }): Promise<Carts> => {
  const carts: Carts = {
    merged: randomUUID(),
    target: randomUUID(),
    claimed: randomUUID(),
    long: randomUUID(),
    abandoned: randomUUID(),
    unpublished: randomUUID(),
    unreadable: randomUUID(),
    open: randomUUID(),
  };
  const [guest, customer] = [actorOf(world, person, person.guest), actorOf(world, person, person.customer)];
  await shopAsGuest(person, carts, guest);
  await logIn(person, carts, customer);
  await buy(person, carts, customer);
  await leaveCart(world, person, carts, seals);
  await failToPublish(world, person, carts, customer);
  await breakMessage(world, person, carts, customer);
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
  return carts;
};

/** A reader at the end of the year must see all of it. */
const allShown = async (world: World, { unpublished: _unpublished, ...carts }: Carts): Promise<void> => {
  const { events } = eventStoreTables(world.admin, world.system().databases.eventStore);
  for (const cart of Object.values(carts)) await isShown(world, cart, await events.count({ aggregate_id: cart }));
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

/** A cart of some hours ago, which is abandoned. Its reminder waits in a timer. */
const leaveCart = async (world: World, person: Person, { abandoned: cart }: Carts, seals: boolean): Promise<void> => {
  const { env } = world.system();
  const policy = { title: "Standard", abandoned_minutes: 60, reminders: [600], max_reminders_per_day: 5 };
  await accepted(world.send("POST", `/tenants/${tenant}/cart-abandoned-policies`, backEnd, policy)).catch((error: unknown) => {
    // The policy of the person before.
    if (!String(error).includes("409")) throw error;
  });
  const pool = openEventStorePool({ url: env["EVENTSTORE_URL"] ?? "", connectionLimit: 1 });
  const keys = openKeys({ KEYSTORE_URL: env["KEYSTORE_URL"], PERSONAL_DATA_KEYS: env["PERSONAL_DATA_KEYS"] });
  const aggregate = withKeys(cartAggregate, keys.ring, seals);
  const handler = createCommandHandler({ pool, aggregate, now: () => new Date(Date.now() - 7_200_000), newEventId });
  const { item_id: itemId, ...item } = itemOf(person, "tea");
  const command = { ...item, type: "AddItem", itemId, userId: person.customer, defaults: { tenantId: tenant, currency: "USD" } } as const;
  const metadata = { correlation_id: person.text("correlation"), causation_id: randomUUID(), actor: person.customer };
  await handler.handle({ aggregateId: cart, command, metadata });
  await handler.stop();
  await Promise.all([pool.end(), keys.close()]);
  await isShown(world, cart, 3);
};

/** The outbox row of the third event is given up, and the rows behind it wait. */
const failToPublish = async (world: World, person: Person, { unpublished: cart }: Carts, customer: Act): Promise<void> => {
  const { eventStore } = world.system().databases;
  await customer("POST", `/carts/${cart}/items`, itemOf(person, "tea"));
  const end = await poisonOutbox(world.admin, eventStore, { cartIds: [cart], version: 3 });
  await customer("POST", `/carts/${cart}/items`, itemOf(person, "mug"));
  await customer("POST", `/carts/${cart}/items`, itemOf(person, "cup"));
  await waitUntil("a failed row", 60, async () => {
    if ((await eventStoreTables(world.admin, eventStore).outbox.count({ status: "FAILED" })) === 0) throw new Error("no row has failed");
  });
  await end();
};

/** A message that cannot be projected, and leaves what it tells of the person in a dead letter. */
const breakMessage = async (world: World, person: Person, { unreadable: cart }: Carts, customer: Act): Promise<void> => {
  const { kafka, topic, pool, databases } = world.system();
  const { json } = await customer("POST", `/carts/${cart}/items`, itemOf(person, "tea"));
  await isShown(world, cart, json["version"]);
  const before = (await readDeadLetters(pool, databases.readModel)).length;
  const message = encodeEventMessage({
    eventId: randomUUID(),
    eventType: "CartAttributesChanged",
    schemaVersion: 1,
    aggregateType: "Cart",
    aggregateId: cart,
    version: 9,
    occurredAt: new Date(),
    metadata: { correlation_id: person.text("correlation"), causation_id: suiteSender },
    data: JSON.stringify({ attributes: { note: person.text("dead-letter") } }),
  });
  const producer = createEventProducer(kafka);
  await producer.send([
    { topic, messages: [{ ...message, headers: { ...message.headers, suite: suiteSender, who: person.text("header") } }] },
  ]);
  await producer.disconnect();
  await waitUntil("a dead letter", 60, async () => {
    if ((await readDeadLetters(pool, databases.readModel)).length === before) throw new Error("there is none");
  });
};

/** The tables that a rebuild leaves behind that is killed before it swaps them. */
export const interruptRebuild = async ({ admin, system }: World): Promise<void> => {
  const { readModel } = system().databases;
  for (const table of ["carts", "cart_items", "cart_milestones", "cart_abandoned_policies"]) {
    await admin.query("CREATE TABLE ??.?? LIKE ??.??", [readModel, `rebuild_${table}`, readModel, table]);
    await admin.query("INSERT INTO ??.?? SELECT * FROM ??.??", [readModel, `rebuild_${table}`, readModel, table]);
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
