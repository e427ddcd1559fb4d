import { randomUUID } from "node:crypto";
import { cartAggregate, type CartCommand } from "@cart/domain";
import { createCommandHandler, newEventId, openEventStorePool, withKeys } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { openKeys } from "@cart/personal-data";
import type { Person } from "./person.ts";
import { type Carts, itemOf } from "./shopping.ts";
import { accepted, backEnd, isShown, tenant, type World } from "./world.ts";

/** A cart is abandoned after an hour. Its first reminder is due half an hour later, and the second one after ten hours. */
const policy = { title: "Standard", abandoned_minutes: 60, reminders: [30, 600], max_reminders_per_day: 5 };

type Left = { readonly world: World; readonly person: Person; readonly seals: boolean };

/**
 * Two carts of some hours ago. cart-abandonment abandons the first one, whose reminder waits in a timer, and reminds of the second one,
 * whose timer falls due.
 */
export const leaveCarts = async (left: Left, { abandoned, reminded }: Carts): Promise<void> => {
  const { world } = left;
  await accepted(world.send("POST", `/tenants/${tenant}/cart-abandoned-policies`, backEnd, policy)).catch((error: unknown) => {
    // The policy of the person before.
    if (!String(error).includes("409")) throw error;
  });
  await sendThen(left, abandoned, [[120, addItem(left.person, left.person.customer)]]);
  await isShown(world, abandoned, 3);

  // It would abandon the cart itself, and the reminder would be due in half an hour.
  const worker = world
    .system()
    .services()
    .find(({ name }) => name === "cart-abandonment");
  worker?.pause();
  try {
    const leftAt = new Date(Date.now() - 180 * minuteMs);
    await sendThen(left, reminded, [
      // The customer has bought something since, and is not reminded of what was left before.
      [180, addItem(left.person, left.person.guest)],
      [90, { type: "AbandonCart", lastActivityAt: leftAt, abandonedAfterMinutes: policy.abandoned_minutes }],
    ]);
  } finally {
    worker?.resume();
  }
  await isShown(world, reminded, 4);
  const { events } = eventStoreTables(world.admin, world.system().databases.eventStore);
  if ((await events.count({ aggregate_id: reminded, event_type: "CartAbandonmentReminderDue", version: 4 })) !== 1)
    throw new Error("nobody was reminded of the cart");
};

const minuteMs = 60_000;

const addItem = (person: Person, userId: string): CartCommand => {
  const { item_id: itemId, ...item } = itemOf(person, "tea");
  return { ...item, type: "AddItem", itemId, userId, defaults: { tenantId: tenant, currency: "USD" } };
};

/** Sends commands as command-api did so many minutes ago. */
const sendThen = async (
  { world, person, seals }: Left,
  cart: string,
  commands: readonly (readonly [minutesAgo: number, command: CartCommand])[],
): Promise<void> => {
  const { env } = world.system();
  const pool = openEventStorePool({ url: env["EVENTSTORE_URL"] ?? "", connectionLimit: 1 });
  const keys = openKeys({ KEYSTORE_URL: env["KEYSTORE_URL"], PERSONAL_DATA_KEYS: env["PERSONAL_DATA_KEYS"] });
  const aggregate = withKeys(cartAggregate, keys.ring, seals);
  const metadata = { correlation_id: person.text("correlation"), causation_id: randomUUID(), actor: person.customer };
  try {
    for (const [minutesAgo, command] of commands) {
      const handler = createCommandHandler({ pool, aggregate, now: () => new Date(Date.now() - minutesAgo * minuteMs), newEventId });
      await handler.handle({ aggregateId: cart, command, metadata });
      await handler.stop();
    }
  } finally {
    await Promise.all([pool.end(), keys.close()]);
  }
};
