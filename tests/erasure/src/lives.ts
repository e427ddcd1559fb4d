import { eventStoreTables, repairOutbox } from "@cart/event-store/testing";
import { topicsWithPrefix } from "@cart/messaging";
import { findPerson, runServiceCommand, startServiceCommand } from "@cart/tests-harness";
import { readTopic } from "@cart/tests-common";
import { waitUntil } from "@cart/tools/own-servers";
import {
  answersAbout,
  contentsOf,
  erasureOf,
  erasuresDone,
  figuresOf,
  readBackup,
  requestErasure,
  storedAnswers,
  unpublished,
} from "./erasure.ts";
import { difference, type Findings, requireSeen } from "./findings.ts";
import { beginBinaryLog, binaryLogsOf, everythingKept } from "./places.ts";
import { restoredEnv, restoreYesterday } from "./restored.ts";
import { ann, bob, type BothCarts, liveBoth } from "./shoppers.ts";
import { shopOn } from "./shopOn.ts";
import { accepted, backEnd, isShown, sealed, type World } from "./world.ts";
import type { Carts } from "./shopping.ts";
import { backUp, killRebuild } from "./year.ts";

export type Life = {
  readonly name: string;
  readonly about: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (world: World) => Promise<Findings>;
};

/** What happens while the erasure is under way. */
type Meanwhile = (world: World, ids: readonly string[]) => Promise<void>;

type Moments = { readonly meanwhile?: Meanwhile; readonly afterBackup?: () => Promise<void> };

const eraseAnn = async (world: World, carts: BothCarts, { meanwhile, afterBackup }: Moments = {}): Promise<Findings> => {
  const findings: string[] = [];
  const backup = await backUp(world);
  await afterBackup?.();
  await killRebuild(world);
  const before = { figures: await figuresOf(world, carts.anns), bobs: await contentsOf(world, carts.bobs) };
  requireSeen(
    [...findPerson(ann, await everythingKept(world)), ...(await storedAnswers(world, carts.anns))],
    ["views.carts.user_id", "views.rebuild_carts.user_id", "views.dead_letters.value", "timers.timers.user_id", "stored answers"],
  );

  const ids = await requestErasure(world, ann);
  await meanwhile?.(world, ids);
  await erasuresDone(world, ids);
  world.searchBinaryLogsFrom(await beginBinaryLog(world.admin));

  findings.push(...difference("totals, lines and funnel", before.figures, await figuresOf(world, carts.anns)));
  findings.push(...difference("another shopper's carts", before.bobs, await contentsOf(world, carts.bobs)));
  findings.push(...(await storedAnswers(world, carts.anns)));
  await goOn(world, carts.anns);
  findings.push(...findPerson(ann, await answersAbout(world, ann, carts.anns)));
  findings.push(...findPerson(ann, await everythingKept(world)));
  findings.push(...(await readBackup(world, backup, { carts: carts.anns, person: ann })));

  await runServiceCommand(world.system(), "projector", ["rebuild"]);
  await runServiceCommand(world.system(), "projector", ["verify"]);
  findings.push(...difference("another shopper's carts after a rebuild", before.bobs, await contentsOf(world, carts.bobs)));
  findings.push(...findPerson(ann, await everythingKept(world)).map((finding) => `after a rebuild: ${finding}`));
  findings.push(...(await beNewPerson(world, carts.anns)));
  return [...new Set(findings)];
};

/** A late report of a payment, and the retry of the row that could not be published. */
const goOn = async (world: World, carts: Carts): Promise<void> => {
  const { json } = await accepted(world.send("POST", `/carts/${carts.open}/purchase`, backEnd, { order_id: "late-order" }));
  await isShown(world, carts.open, json["version"]);
  await repairOutbox(world.admin, world.system().databases.eventStore);
  await runServiceCommand(world.system(), "outbox-relay", ["retry", "--all"]);
  await waitUntil("an empty outbox", 60, async () => {
    if ((await unpublished(world)) > 0) throw new Error("rows are left");
  });
  await isShown(world, carts.unpublished, 4);
};

/** Whoever comes back is somebody else: the former carts stay nobody's. */
const beNewPerson = async (world: World, carts: Carts): Promise<Findings> => {
  const cart = crypto.randomUUID();
  const item = { item_id: "tea", quantity: 1, price: 1 };
  const { json } = await accepted(world.send("POST", `/carts/${cart}/items`, { sub: ann.customer, scope: "carts:price" }, item));
  await isShown(world, cart, json["version"]);
  const owners = await Promise.all([cart, carts.long].map(async (id) => (await world.query(`/carts/${id}`)).json["user_id"]));
  return owners[0] === ann.customer && String(owners[1]).startsWith("erased-") ? [] : [`the owners are ${owners.join(" and ")}`];
};

/** Kills each service again and again until the erasures are done. */
const killAll: Meanwhile = async (world, ids) => {
  for (let round = 0; round < 2; round += 1) {
    for (const service of world.system().services()) await service.kill();
    await Promise.all(
      world
        .system()
        .services()
        .map((service) => service.ready()),
    );
  }
  await erasuresDone(world, ids);
};

/** Encrypts what is left once an erasure waits for it. Nothing, if none of them ever waits. */
const sealWhenAsked: Meanwhile = async (world, ids) => {
  let waits = false;
  await waitUntil("an erasure that waits or all to be done", 60, async () => {
    const receipts = await Promise.all(ids.map((id) => erasureOf(world, id)));
    waits = receipts.some(({ text }) => text.includes("command-api seal-stored"));
    if (!waits && receipts.some(({ json }) => json["status"] !== "done")) throw new Error("they are pending");
  });
  if (waits) await runServiceCommand(world.system(), "command-api", ["seal-stored"]);
};

/**
 * Returns a function that brings back the cart's rows of the outbox as they are now, as if `seal-stored` had been killed after the
 * events and not been run again.
 */
const keepOutbox = async ({ admin, system }: World, cart: string): Promise<() => Promise<void>> => {
  const { outbox } = eventStoreTables(admin, system().databases.eventStore);
  const before = await outbox.rows({ aggregate_id: cart });
  if (before.length === 0) throw new Error("the cart has no row that waits to be published");
  return async () => {
    for (const { event_id: id, event_data: data, metadata } of before)
      await outbox.change({ event_data: data, metadata }, { event_id: id });
  };
};

/** Encrypts what was stored before, while another shopper buys, and kills the program in between. */
const sealStored = async (world: World): Promise<Findings> => {
  const log = await beginBinaryLog(world.admin);
  const done = new AbortController();
  const buying = (async () => {
    const cart = crypto.randomUUID();
    const item = { item_id: "tea", quantity: 1, price: 1 };
    while (!done.signal.aborted)
      await accepted(world.send("POST", `/carts/${cart}/items`, { sub: bob.customer, scope: "carts:price" }, item));
  })();
  const killed = startServiceCommand(world.system(), "command-api", ["seal-stored"]);
  await killed.printed("sealing");
  killed.kill();
  await killed.ended;
  await runServiceCommand(world.system(), "command-api", ["seal-stored"]).finally(() => done.abort());
  await buying;
  return findPerson(ann, await binaryLogsOf(world.admin, log)).map((finding) => `while it was encrypted: ${finding}`);
};

/** Returns the offsets at which the topics end. */
const endsOf = async (world: World): Promise<ReadonlyMap<string, bigint>> => {
  const { kafka, env } = world.system();
  const ends = new Map<string, bigint>();
  for (const topic of Object.values(topicsWithPrefix(env["KAFKA_TOPIC_PREFIX"] ?? ""))) {
    await readTopic(
      { kafka, topic, partitions: 12 },
      ({ partition, offset }) => void ends.set(`${topic}/${partition}`, BigInt(offset) + 1n),
    );
  }
  return ends;
};

export const lives: readonly Life[] = [
  {
    name: "tokens",
    about: "a year with sealed events",
    env: sealed,
    run: async (world) => eraseAnn(world, await liveBoth(world, true)),
  },
  {
    name: "shops-on",
    about: "a shopper who goes on during the erasure",
    // The second pass waits for the caches of keys to expire. A slow machine needs more time to shop between the two.
    env: { ...sealed, PERSONAL_DATA_CACHE_MS: "3000" },
    run: shopOn,
  },
  {
    name: "killed",
    about: "kill -9 of every service during the erasure",
    env: sealed,
    run: async (world) => eraseAnn(world, await liveBoth(world, true), { meanwhile: killAll }),
  },
  {
    name: "restored",
    about: "yesterday's event store beside everything else of today, with archived carts",
    env: restoredEnv,
    run: restoreYesterday,
  },
  {
    name: "stored",
    about: "events of before are sealed under load, with kill -9",
    env: {},
    run: async (world) => {
      const carts = await liveBoth(world, false);
      world.ignoreMessagesBefore(await endsOf(world));
      await world.restart(sealed);
      const afterBackup = await keepOutbox(world, carts.anns.unpublished);
      const findings = await sealStored(world);
      return [...findings, ...(await eraseAnn(world, carts, { meanwhile: sealWhenAsked, afterBackup }))];
    },
  },
];
