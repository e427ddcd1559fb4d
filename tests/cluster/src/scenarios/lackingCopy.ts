import { randomUUID } from "node:crypto";
import { entryOf, sendCommand } from "@cart/tests-harness";
import { addUntilAcknowledged, item, untilPublished, untilVisible } from "./ownCommands.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const cartsOfEach = 10;

/** Seconds. The relays start again and wait for the end of the former ones' leases (6 s). */
const visibleWithinSeconds = 60;

/** What a first add to a cart stores: that the cart was created, and the item. */
const versionAfterFirstAdd = 2;

const newCarts = (): readonly string[] => Array.from({ length: cartsOfEach }, () => randomUUID());

/**
 * Adds to each cart what the copy will not have. It is recorded as a command without an answer, because nobody may rely on it. The
 * process keeps the carts in memory as they are after it.
 */
const addWhatIsLost = async ({ system, record }: ScenarioContext, cartIds: readonly string[]): Promise<void> => {
  for (const [index, cartId] of cartIds.entries()) {
    const request = { id: `lost-${index + 1}`, command: "AddItem", cartId, body: item } as const;
    const outcome = await sendCommand(system.commandApis[0]?.url ?? "", request);
    if (outcome.kind !== "acknowledged") throw new Error(`nothing was lost, because the command was ${outcome.kind}: ${outcome.why}`);
    record(entryOf(request, { kind: "unknown", why: "it was acknowledged, and the copy lacks it" }));
  }
};

/** Adds to each cart again. The new events have to follow the last version that is stored, not the last one that was acknowledged. */
const addBehind = async (context: ScenarioContext, cartIds: readonly string[], expected: number): Promise<void> => {
  for (const cartId of cartIds) {
    const version = await addUntilAcknowledged(context, cartId);
    if (version !== expected) context.violation("lost", `cart ${cartId} was acknowledged version ${version}, and ${expected} is the next`);
  }
};

/**
 * What the copy lacks is lost, as after a restore. Everything else has to hold: no stream has a hole or begins in the middle. The
 * relays are away meanwhile, so that Kafka and the read model have nothing that the event store lacks.
 */
export const lackingCopy: Scenario = {
  name: "lacking-copy",
  fault: "the MySQL group is lost and formed again from a copy that lacks the last transactions, and the services go on",
  clients: 0,
  run: async (context) => {
    const { cluster, system, random, report, injected } = context;
    const { group } = cluster;
    const [older, younger] = [newCarts(), newCarts()];
    for (const cartId of older) await addUntilAcknowledged(context, cartId);
    await untilVisible(context, older, versionAfterFirstAdd, visibleWithinSeconds);
    await untilPublished(context, visibleWithinSeconds);
    // From here on nothing is stored but what the scenario sends, so the copy lacks nothing that Kafka's consumers have done.
    await group.alike();
    await Promise.all(system.relays.map((relay) => relay.takeAway()));

    const primary = await group.primary();
    const copy = random.pick(group.members.filter((member) => member !== primary));
    await group.leave(copy);
    try {
      await addWhatIsLost(context, [...older, ...younger]);
      await Promise.all(group.members.filter((member) => member !== copy).map((member) => member.kill()));
      await group.formAlone(copy);
      injected();
      report(`member ${copy.id} is left, without ${2 * cartsOfEach} commands that were acknowledged`);
      // A failed attempt would drop the states of its carts from memory, so the first one is on another cart.
      await addUntilAcknowledged(context, randomUUID());
      await addBehind(context, older, versionAfterFirstAdd + 1);
      await addBehind(context, younger, versionAfterFirstAdd);
      for (const relay of system.relays) relay.bringBack();
      await untilPublished(context, visibleWithinSeconds);
    } finally {
      await group.formFrom(copy);
    }
    await group.alike();
  },
};
