import { randomUUID } from "node:crypto";
import { findPerson } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import { erasureOf, erasuresDone, requestErasureOf } from "./erasure.ts";
import { personNamed } from "./person.ts";
import { beginBinaryLog, everythingKept } from "./places.ts";
import { accepted, isShown, type World } from "./world.ts";

/** The mark is in what the shopper sends before the keys are destroyed for the last time. It is not in the user id. */
const before = personNamed("cat");
const userId = "returning@example.org";

/**
 * A shopper goes on during the erasure. What is sent before the keys are destroyed for the last time is erased as well; a cart that is
 * begun afterwards is a new person's, stays, and does not hold up the erasure.
 */
export const shopOn = async (world: World): Promise<readonly string[]> => {
  const carts = { old: randomUUID(), between: randomUUID(), after: randomUUID() };
  await isShown(world, carts.old, await buy(world, carts.old, before.text("name")));
  if (findPerson(before, await everythingKept(world)).length === 0) throw new Error("the search is blind: it sees nothing of the shopper");
  const id = await requestErasureOf(world, userId);
  await keysPassed(world, id, "first_pass_at");
  const version = await buy(world, carts.between, before.text("name"));
  if (await isPassed(world, id, "second_pass_at")) throw new Error("the machine is too slow to shop between the two passes on the keys");
  await isShown(world, carts.between, version);
  await keysPassed(world, id, "second_pass_at");
  await buy(world, carts.after, "mug");
  await erasuresDone(world, [id]);
  world.searchBinaryLogsFrom(await beginBinaryLog(world.admin));

  const findings = findPerson(before, await everythingKept(world));
  const owners = await Promise.all(Object.values(carts).map(async (cart) => String((await world.query(`/carts/${cart}`)).json["user_id"])));
  const expected = ["erased", "erased", userId].join();
  const found = owners.map((owner) => owner.replace(/^erased-.*/, "erased")).join();
  return found === expected ? findings : [...findings, `the owners are ${found}, expected ${expected}`];
};

/** Puts an item into a cart and returns the cart's version. */
const buy = async (world: World, cart: string, name: string): Promise<unknown> => {
  const item = { item_id: "tea", name, quantity: 1, price: 1 };
  const { json } = await accepted(world.send("POST", `/carts/${cart}/items`, { sub: userId, scope: "carts:price" }, item));
  return json["version"];
};

type Pass = "first_pass_at" | "second_pass_at";

const isPassed = async (world: World, id: string, pass: Pass): Promise<boolean> => {
  const { json } = await erasureOf(world, id);
  return (json["steps"] as readonly Readonly<Record<string, unknown>>[]).some((step) => step["place"] === "keys" && step[pass] !== null);
};

const keysPassed = (world: World, id: string, pass: Pass): Promise<void> =>
  waitUntil("a pass on the keys", 60, async () => {
    if (!(await isPassed(world, id, pass))) throw new Error(`the keys have no ${pass}`);
  });
