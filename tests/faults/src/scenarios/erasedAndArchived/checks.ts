import {
  filesOf,
  findPerson,
  type Kept,
  objectKeys,
  readArchive,
  readEventStore,
  readObjectText,
  recordsOf,
  runServiceCommand,
  streamsOf,
  tablesOf,
  viewOf,
} from "@cart/tests-harness";
import type { ScenarioContext } from "../scenario.ts";
import { type Erasure, gone } from "./erasing.ts";

/** Rebuilds the read model between two comparisons with the event store. */
export const rebuildAndVerify = async ({ system, violation }: ScenarioContext): Promise<void> => {
  for (const args of [["verify"], ["rebuild"], ["verify"]]) {
    await runServiceCommand(system, "projector", args).catch((error: unknown) => violation("wrong", String(error)));
  }
};

/** Searches everything that the system keeps for the shoppers who have left. */
export const findTheGone = async ({ system, violation, logFolder }: ScenarioContext): Promise<void> => {
  const { pool, databases, archiveFolder } = system;
  const databasePrefix = databases.eventStore.replace(/events$/, "");
  const objects = (await objectKeys(archiveFolder)).map(async (key): Promise<Kept> => ({
    place: "an object of the archive",
    content: (await readObjectText(archiveFolder, key)) ?? "",
  }));
  const kept = [
    ...(await tablesOf(pool, databasePrefix)),
    ...(await recordsOf(system)),
    ...(await filesOf(logFolder)),
    ...(await Promise.all(objects)),
  ];
  for (const found of findPerson(gone, kept)) violation("wrong", `an erased shopper is still in ${found}`);
};

/** What became of the carts of erased shoppers: how many there are, and how many of them are in the archive. */
export type ErasedCarts = { readonly count: number; readonly archived: number };

/** Checks that no cart of an erased shopper has an owner who can be named, wherever its events are. */
export const checkOwners = async ({ system, violation }: ScenarioContext, erasures: readonly Erasure[]): Promise<ErasedCarts> => {
  const archived = await readArchive(system);
  const streams = streamsOf([...(await readEventStore(system)), ...archived.flatMap(({ events }) => events)]);
  const carts = erasures.flatMap((erasure) => erasure.carts);
  for (const cartId of carts) {
    const events = streams.get(cartId) ?? [];
    if (events.length === 0) violation("lost", `cart ${cartId} of an erased shopper has no events`);
    else {
      const { userId } = viewOf(events);
      if (!userId.startsWith("erased-")) violation("wrong", `cart ${cartId} of an erased shopper has the owner ${userId}`);
    }
  }
  const inArchive = new Set(archived.map(({ cartId }) => cartId));
  return { count: carts.length, archived: carts.filter((cartId) => inArchive.has(cartId)).length };
};

/** Checks what clients are told of archived carts. */
export const checkAnswers = async ({ system, violation }: ScenarioContext, archived: ReadonlyMap<string, string>): Promise<void> => {
  const { commandApis, queryApi } = system;
  for (const [cartId, objectKey] of archived) {
    const body = JSON.stringify({ user_id: "user-1", item_id: "late", quantity: 1, price: 1 });
    const answers = await Promise.all([
      fetch(`${queryApi.url}/carts/${cartId}`),
      fetch(`${queryApi.url}/carts/${cartId}/history`),
      fetch(`${commandApis[0]?.url}/carts/${cartId}/items`, { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    const statuses = answers.map(({ status }) => status);
    if (statuses.some((status) => status !== 410))
      violation("wrong", `archived cart ${cartId} is answered with ${statuses.join(", ")}, expected 410`);
    if (texts.slice(0, 2).some((text) => !text.includes(JSON.stringify(objectKey))))
      violation("wrong", `an answer does not say where archived cart ${cartId} is: ${texts.join(", ").slice(0, 300)}`);
  }
};
