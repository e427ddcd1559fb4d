import { randomUUID } from "node:crypto";
import { eventStoreTables, poisonOutbox } from "@cart/event-store/testing";
import { createEventProducer, encodeEventMessage } from "@cart/messaging";
import { readDeadLetters } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import type { Person } from "./person.ts";
import { type Act, type Carts, itemOf } from "./shopping.ts";
import { isShown, suiteSender, type World } from "./world.ts";

/** The outbox row of the third event is given up, and the rows behind it wait. */
export const failToPublish = async (world: World, person: Person, { unpublished: cart }: Carts, customer: Act): Promise<void> => {
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

/** The message of the third event names a version of its data that no program knows: the projector refuses it and the one behind it. */
export const refuseMessage = async (world: World, person: Person, { refused: cart }: Carts, customer: Act): Promise<void> => {
  const { pool, databases } = world.system();
  await customer("POST", `/carts/${cart}/items`, itemOf(person, "tea"));
  const end = await poisonOutbox(world.admin, databases.eventStore, { cartIds: [cart], version: 3, column: "schema_version" });
  await customer("POST", `/carts/${cart}/items`, itemOf(person, "mug"));
  await end();
  await customer("POST", `/carts/${cart}/items`, itemOf(person, "cup"));
  await waitUntil("two dead letters of a cart", 60, async () => {
    const letters = (await readDeadLetters(pool, databases.readModel)).filter(({ cartId }) => cartId === cart);
    if (letters.map(({ version }) => version).join() !== "3,4") throw new Error(`there are ${JSON.stringify(letters)}`);
  });
};

/** A message of another program that cannot be projected, and leaves what it tells of the person in a dead letter. */
export const breakMessage = async (world: World, person: Person, { unreadable: cart }: Carts, customer: Act): Promise<void> => {
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
