import { messagesOf, readDeadLetters, runServiceCommand } from "@cart/tests-harness";
import { randomUUID } from "node:crypto";
import { createEventProducer, encodeEventMessage, type EventMessage } from "@cart/messaging";
import { waitUntil } from "@cart/tools/own-servers";
import type { Scenario, ScenarioContext } from "./scenario.ts";

/** A cart that only the scenario writes to, so that the version of its next event is known. */
const quietCart = async ({ send }: ScenarioContext, additions = 2): Promise<string> => {
  const cartId = randomUUID();
  for (let n = 1; n <= additions; n += 1) await addTo(send, cartId, n);
  return cartId;
};

const addTo = async (send: ScenarioContext["send"], cartId: string, n: number): Promise<void> => {
  const body = { user_id: "user-1", item_id: `item-${n}`, quantity: 1, price: 1.5 };
  const outcome = await send({ cartId, command: "AddItem", body });
  if (outcome.kind !== "acknowledged") throw new Error(`the scenario's cart refused an item: ${outcome.why}`);
};

/** Repeats real messages, some immediately and some long after the events that follow them. */
export const duplicates: Scenario = {
  name: "duplicates",
  mayShare: true,
  fault: "real messages published to the topic again, out of order",
  run: async ({ system, random, report, pause, injected, recovered }) => {
    const producer = createEventProducer(system.kafka);
    try {
      for (let round = 1; round <= 4; round += 1) {
        await pause(1_500, 3_000);
        const messages = await messagesOf(system);
        const again = Array.from({ length: Math.min(150, messages.length) }, (): EventMessage => {
          const { key, value, headers } = random.pick(messages);
          const texts = Object.entries(headers).map(([name, text]): [string, string] => [name, String(text)]);
          return { key: String(key), value: String(value), headers: Object.fromEntries(texts) };
        });
        await producer.send([{ topic: system.topic, messages: again }]);
        injected(again.length);
        report(`round ${round} of 4`);
      }
      await recovered();
    } finally {
      await producer.disconnect();
    }
  },
};

/**
 * A foreign message in the topic becomes a dead letter and parks the cart that its key
 * names, and no other cart. After the foreign messages are discarded and the cart's other
 * messages are retried, the cart is complete.
 */
export const garbage: Scenario = {
  name: "garbage",
  mayShare: true,
  fault: "foreign garbage in the topic, for existing and unknown carts",
  run: async (context) => {
    const { system, pause, injected, recovered, violation, send, report, foreignMark } = context;
    await pause(1_500, 2_500);
    const [unknownType, invalidData, noHeaders, otherAggregate] = [
      await quietCart(context),
      await quietCart(context),
      await quietCart(context),
      await quietCart(context),
    ];
    await recovered();

    const producer = createEventProducer(system.kafka);
    const next = 4;
    const event = (cartId: string, changes: Partial<Parameters<typeof encodeEventMessage>[0]> = {}): EventMessage => {
      const encoded = encodeEventMessage({
        eventId: randomUUID(),
        eventType: "ItemAddedToCart",
        schemaVersion: 1,
        aggregateType: "Cart",
        aggregateId: cartId,
        version: next,
        occurredAt: new Date(),
        metadata: { correlation_id: "garbage", causation_id: "garbage" },
        data: JSON.stringify({ item_id: "garbage", quantity: 1, unit_price: 1 }),
        ...changes,
      });
      return { ...encoded, headers: { ...encoded.headers, [foreignMark]: "1" } };
    };
    const phantom = randomUUID();
    const expected: readonly { readonly code: string; readonly cartId: string | null; readonly message: EventMessage }[] = [
      { code: "MISSING_HEADER", cartId: null, message: { key: "not-a-cart", value: `${foreignMark}: hello`, headers: {} } },
      { code: "MISSING_HEADER", cartId: noHeaders, message: { key: noHeaders, value: `${foreignMark}: hello`, headers: {} } },
      { code: "INVALID_JSON", cartId: phantom, message: event(phantom, { data: "{not json" }) },
      { code: "UNKNOWN_EVENT_TYPE", cartId: unknownType, message: event(unknownType, { eventType: "CartExploded" }) },
      { code: "INVALID_EVENT_DATA", cartId: invalidData, message: event(invalidData, { data: JSON.stringify({ quantity: -1 }) }) },
      { code: "UNKNOWN_AGGREGATE_TYPE", cartId: null, message: event(otherAggregate, { aggregateType: "Order" }) },
    ];
    await producer.send([{ topic: system.topic, messages: expected.map(({ message }) => message) }]).finally(() => producer.disconnect());
    injected(expected.length);
    const { pool, databases } = system;
    await waitUntil("the garbage to be in dead_letters", 30, async () => {
      const { length } = await readDeadLetters(pool, databases.readModel);
      if (length < expected.length) throw new Error(`${length} of ${expected.length} have arrived`);
    });

    // Real events behind the garbage wait. A cart that merely shares its id with the foreign aggregate does not wait.
    const parked = [unknownType, invalidData, noHeaders];
    for (const cartId of [...parked, otherAggregate]) for (const n of [3, 4]) await addTo(send, cartId, n);
    await waitUntil("the parked events to be in dead_letters", 30, async () => {
      const rows = await readDeadLetters(pool, databases.readModel);
      const waiting = rows.filter(({ code }) => code === "PARKED").length;
      if (waiting < 2 * parked.length) throw new Error(`${waiting} are waiting`);
    });
    const rows = await readDeadLetters(pool, databases.readModel);
    const actual = rows.map(({ code, cartId }) => `${code} ${cartId}`).toSorted();
    const wanted = [
      ...expected.map(({ code, cartId }) => `${code} ${cartId}`),
      ...parked.flatMap((id) => [`PARKED ${id}`, `PARKED ${id}`]),
    ];
    if (actual.join() !== wanted.toSorted().join()) {
      violation("wrong", `the dead letters are ${actual.join("; ")}, expected ${wanted.toSorted().join("; ")}`);
    }
    report("garbage is parked, other carts go on");
    await repair(context);
    await recovered();
  },
};

/** Does what an operator would: discards each foreign message and retries the messages behind them. */
const repair = async ({ system }: ScenarioContext): Promise<void> => {
  const { pool, databases } = system;
  const foreign = (await readDeadLetters(pool, databases.readModel)).filter(({ code }) => code !== "PARKED");
  await Promise.all(foreign.map(({ id }) => runServiceCommand(system, "projector", ["dead-letters", "discard", String(id)])));
  await runServiceCommand(system, "projector", ["dead-letters", "retry", "--all"]);
};
