import { randomUUID } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { documentedBackup, type DocumentedBackup } from "@cart/tests-common";
import { findPerson, runMigrations, runServiceCommand } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import { answersAbout, contentsOf, erasuresDone, figuresOf, funnelOf, requestErasure, storedAnswers, unpublished } from "./erasure.ts";
import { difference, type Findings, requireSeen } from "./findings.ts";
import type { Person } from "./person.ts";
import { beginBinaryLog, everythingKept } from "./places.ts";
import { ann, bob, type BothCarts, liveBoth } from "./shoppers.ts";
import { accepted, isShown, sealed, type World } from "./world.ts";

/** Carts beside those of the year, by what becomes of them yesterday, and today. */
type Others = Readonly<Record<"archived" | "annsArchived" | "comesBack" | "grows" | "lost", string>>;

/** Caches end soon, because the erasure waits for them. */
export const restoredEnv = { ...sealed, PERSONAL_DATA_CACHE_MS: "500" };

/**
 * Today a shopper is erased, carts are archived and one is restored from the archive. Then the event store is restored from yesterday's
 * backup beside everything else of today, with the commands of docs/deployment.md.
 */
export const restoreYesterday = async (world: World): Promise<Findings> => {
  const others = { archived: randomUUID(), annsArchived: randomUUID(), comesBack: randomUUID(), grows: randomUUID(), lost: randomUUID() };
  await buy(world, bob, others.archived);
  await buy(world, bob, others.comesBack);
  await buy(world, ann, others.annsArchived);
  await archiveCarts(world, [others.archived, others.comesBack, others.annsArchived]);
  const carts = await liveBoth(world, true);
  await isShown(world, others.grows, await add(world, bob, others.grows, "tea"));
  const yesterday = await lookAt(world, carts);
  requireSeen(
    [...findPerson(ann, await everythingKept(world)), ...(await storedAnswers(world, carts.anns))],
    ["views.carts.user_id", "views.dead_letters.value", "timers.timers.user_id", "stored answers"],
  );
  const eventStore = await backUp(world, eventStoreOf(world));
  const keyStore = await backUp(world, keyStoreOf(world));

  await liveToday(world, carts, others);
  await world.restart(restoredEnv, () => restoreEventStore(world, eventStore));
  await untilFilled(world, carts);
  const findings = [
    ...(await checkYesterday(world, { carts, others, yesterday })),
    ...(await checkArchive(world, { carts, others, yesterday })),
    ...(await search(world, carts, "after restores from the archive")),
  ];
  await world.restart(restoredEnv, async () => {
    await restoreEventStore(world, eventStore);
    await world.admin.query("DROP DATABASE ??", [keyStoreOf(world)]);
    await keyStore.restoreDump();
    await runServiceCommand(world.system(), "command-api", ["redo-erasures"]);
  });
  await untilFilled(world, carts);
  return [
    ...findings,
    ...(await checkFigures(world, { carts, others, yesterday }, "after a restore of both")),
    ...(await search(world, carts, "after a restore of both")),
  ];
};

const eventStoreOf = ({ system }: World): string => system().databases.eventStore;
const keyStoreOf = ({ system }: World): string => new URL(system().env["KEYSTORE_URL"] ?? "").pathname.slice(1);

const backUp = async ({ folder, mysqlUrl }: World, database: string): Promise<DocumentedBackup> => {
  const backup = await documentedBackup({ folder, mysqlUrl, database });
  await backup.dump();
  return backup;
};

const restoreEventStore = async (world: World, backup: DocumentedBackup): Promise<void> => {
  await world.admin.query("DROP DATABASE ??", [eventStoreOf(world)]);
  await backup.restoreDump();
  await runMigrations(world.system(), ["restored", "--yes"]);
};

const add = async (world: World, { customer }: Person, cart: string, item: string): Promise<unknown> => {
  const body = { item_id: item, quantity: 1, price: 1 };
  const { json } = await accepted(world.send("POST", `/carts/${cart}/items`, { sub: customer, scope: "carts:price" }, body));
  return json["version"];
};

const purchase = async (world: World, { customer }: Person, cart: string): Promise<void> => {
  const sender = { sub: customer, scope: "carts:purchase" };
  const { json } = await accepted(world.send("POST", `/carts/${cart}/purchase`, sender, { order_id: `order-${cart}` }));
  await isShown(world, cart, json["version"]);
};

const buy = async (world: World, person: Person, cart: string): Promise<void> => {
  await add(world, person, cart, "tea");
  await purchase(world, person, cart);
};

/**
 * Archives what is due, and waits until these carts are in the archive. The job leaves a cart to its next run while cart-abandonment, which
 * gathers messages for up to 2 s, has not heard of its purchase.
 */
const archiveCarts = async (world: World, expected: readonly string[]): Promise<void> => {
  await relayed(world, expected);
  await waitUntil("carts to be in the archive", 60, async () => {
    await runServiceCommand(world.system(), "command-api", ["archive-carts"]);
    const wrong = await statuses(world, expected, 410);
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  });
  await relayed(world, expected);
};

const relayed = ({ admin, system }: World, carts: readonly string[]): Promise<void> =>
  waitUntil("the messages of the carts to be published", 60, async () => {
    const { outbox } = eventStoreTables(admin, system().databases.eventStore);
    if ((await outbox.count({ status: "PENDING", aggregate_id: [...carts] })) > 0) throw new Error("rows are pending");
  });

const restoreCart = async (world: World, cart: string, version: number): Promise<void> => {
  await runServiceCommand(world.system(), "command-api", ["restore-cart", cart]);
  await isShown(world, cart, version);
};

/** What the backup must bring back. */
type Look = { readonly figures: string; readonly bobs: string; readonly bobsAnswers: readonly string[] };

const lookAt = async (world: World, { anns, bobs }: BothCarts): Promise<Look> => ({
  figures: await figuresOf(world, anns),
  bobs: await contentsOf(world, bobs),
  bobsAnswers: await storedAnswers(world, bobs),
});

/** The backup has none of this. */
const liveToday = async (world: World, { anns, bobs }: BothCarts, others: Others): Promise<void> => {
  const ids = await requestErasure(world, ann);
  await add(world, bob, others.grows, "cup");
  await purchase(world, bob, others.grows);
  await buy(world, bob, others.lost);
  await erasuresDone(world, ids);
  world.searchBinaryLogsFrom(await beginBinaryLog(world.admin));
  await archiveCarts(world, [anns.long, anns.merged, bobs.long, bobs.merged, others.grows, others.lost]);
  await restoreCart(world, others.comesBack, boughtVersion);
};

/** The version of a cart that `buy` has bought. */
const boughtVersion = 3;

/** Waits until every event is published again, and the read model has those of the carts. */
const untilFilled = async (world: World, { anns, bobs }: BothCarts): Promise<void> => {
  await waitUntil("an empty outbox", 60, async () => {
    if ((await unpublished(world)) > 0) throw new Error("rows are left");
  });
  const { events } = eventStoreTables(world.admin, world.system().databases.eventStore);
  for (const cart of [...Object.values(anns), ...Object.values(bobs)])
    await isShown(world, cart, await events.count({ aggregate_id: cart }));
};

type Restored = { readonly carts: BothCarts; readonly others: Others; readonly yesterday: Look };

/** Says what is wrong with the restored system: everything is as yesterday, but for the person. */
const checkYesterday = async (world: World, restored: Restored): Promise<Findings> => {
  const { carts, yesterday } = restored;
  const findings = [...(await checkFigures(world, restored, "after a restore")), ...(await storedAnswers(world, carts.anns))];
  findings.push(
    ...(await search(world, carts, "after a restore")),
    ...difference("another shopper's stored answers", yesterday.bobsAnswers.join(), (await storedAnswers(world, carts.bobs)).join()),
  );
  await runServiceCommand(world.system(), "projector", ["rebuild"]);
  findings.push(...(await checkFigures(world, restored, "after a rebuild")));
  return findings;
};

const search = async (world: World, { anns }: BothCarts, when: string): Promise<Findings> =>
  findPerson(ann, [...(await answersAbout(world, ann, anns)), ...(await everythingKept(world))]).map((finding) => `${when}: ${finding}`);

const checkFigures = async (world: World, { carts, others, yesterday }: Restored, when: string): Promise<Findings> => {
  const findings = [
    ...difference(`totals, lines and funnel ${when}`, yesterday.figures, await figuresOf(world, carts.anns)),
    ...difference(`another shopper's carts ${when}`, yesterday.bobs, await contentsOf(world, carts.bobs)),
    ...(await statuses(world, [others.archived, others.comesBack, others.annsArchived], 410)),
    ...(await statuses(world, [others.lost], 404)),
  ];
  await runServiceCommand(world.system(), "projector", ["verify"]);
  return findings;
};

const statuses = async (world: World, carts: readonly string[], expected: number): Promise<Findings> => {
  const found = await Promise.all(
    carts.flatMap((cart) => [`/carts/${cart}`, `/carts/${cart}/history`]).map(async (path) => [path, (await world.query(path)).status]),
  );
  return found.flatMap(([path, status]) => (status === expected ? [] : [`${path} is answered with ${status}, expected ${expected}`]));
};

/**
 * Archives once more, with a cart that has got other events than those that were lost and archived, and restores carts from the archive.
 * Says what is wrong.
 */
const checkArchive = async (world: World, { carts: { anns, bobs }, others }: Restored): Promise<Findings> => {
  const findings: string[] = [];
  await add(world, bob, others.grows, "pot");
  await purchase(world, bob, others.grows);
  const funnel = await funnelOf(world);
  await archiveCarts(world, [anns.long, anns.merged, bobs.long, bobs.merged, others.grows]);
  findings.push(...difference("the funnel after the archiving", funnel, await funnelOf(world)));
  for (const cart of [others.comesBack, others.annsArchived]) await restoreCart(world, cart, boughtVersion);
  await restoreCart(world, others.grows, boughtVersion + 1);
  const [grown, annsCart] = await Promise.all([others.grows, others.annsArchived].map((cart) => accepted(world.query(`/carts/${cart}`))));
  if (grown?.text.includes("pot") !== true || grown.text.includes("cup")) findings.push(`a restored cart has other lines: ${grown?.text}`);
  if (!String(annsCart?.json["user_id"]).startsWith("erased-")) findings.push("an archived cart of the erased shopper has an owner");
  findings.push(...difference("the funnel after the restores", funnel, await funnelOf(world)));
  await runServiceCommand(world.system(), "projector", ["verify"]);
  return findings;
};
