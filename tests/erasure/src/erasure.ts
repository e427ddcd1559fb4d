import { cartAggregate } from "@cart/domain";
import { loadStreams, openEventStorePool, readStream, withKeys } from "@cart/event-store";
import { eventStoreTables } from "@cart/event-store/testing";
import { readRowsFrom } from "@cart/mysql";
import { openKeys } from "@cart/personal-data";
import * as harness from "@cart/tests-harness";
import type { Kept } from "@cart/tests-harness";
import type { Person } from "./person.ts";
import { type Carts, withoutLate } from "./shopping.ts";
import { accepted, type Answer, backEnd, tenant, type World } from "./world.ts";

const asBackEnd =
  ({ send }: World): harness.SendAccepted =>
  async (method, path, body) =>
    (await accepted(send(method, path, backEnd, body))).json;

/** Requests the erasure of one user and returns its id. */
export const requestErasureOf = (world: World, userId: string): Promise<string> => harness.requestErasure(asBackEnd(world), tenant, userId);

/** Requests the erasure of everybody that the person was. */
export const requestErasure = async (world: World, { guest, customer }: Person): Promise<readonly string[]> => [
  await requestErasureOf(world, guest),
  await requestErasureOf(world, customer),
];

/** Seconds. Caches end after 1.5 s, and some of the services may be killed meanwhile. */
const longestErasureSeconds = 60;

/** Returns the receipt. */
export const erasureOf = (world: World, id: string): Promise<Answer> =>
  accepted(world.send("GET", `/tenants/${tenant}/erasures/${id}`, backEnd));

export const erasuresDone = (world: World, ids: readonly string[]): Promise<void> =>
  harness.untilErased(asBackEnd(world), tenant, ids, longestErasureSeconds);

const dayOf = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** The days of the funnel: the suite may run over midnight. */
const period = `from=${dayOf(-1)}&to=${dayOf(1)}`;

/** What query-api answers about the person's carts, and about the person if somebody still knows the user ids. */
export const answersAbout = async (world: World, { guest, customer }: Person, carts: Carts): Promise<readonly Kept[]> => {
  const paths = [
    ...Object.values(carts).flatMap((cart) => [`/carts/${cart}`, `/carts/${cart}/history`, `/carts/${cart}?version=2`]),
    ...[guest, customer].flatMap((userId) => [`/users/${userId}/carts`, `/users/${userId}/cart`]),
    `/tenants/${tenant}/carts`,
    `/tenants/${tenant}/cart-funnel?${period}`,
  ];
  const users = [guest, customer].map((userId) => `/api/query/users/${encodeURIComponent(userId)}/carts`);
  return Promise.all([
    ...paths.map(async (path) => ({ place: `answer to ${withoutIds(path)}`, content: textOf(await world.query(path)) })),
    ...users.map(async (path) => ({ place: `console's answer to ${withoutIds(path)}`, content: textOf(await world.console("GET", path)) })),
  ]);
};

/** The funnel of the tenant. */
export const funnelOf = async ({ query }: World): Promise<string> =>
  (await accepted(query(`/tenants/${tenant}/cart-funnel?${period}`))).text;

const withoutIds = (path: string): string => path.replace(/\/(carts|users)\/[^/?]+/, "/$1/{id}");

/** A problem names the path of its request, which has the user id in it. */
const textOf = ({ status, text }: Answer): string => (status === 200 ? text : "");

/** What must not change: everything about the carts but the personal texts. */
export const figuresOf = async (world: World, carts: Carts): Promise<string> => {
  const answers = await Promise.all(
    [...withoutLate(carts).map((cart) => `/carts/${cart}`), `/tenants/${tenant}/cart-funnel?${period}`].map((path) =>
      accepted(world.query(path)),
    ),
  );
  return JSON.stringify(
    answers.map(({ json }: Answer) => withoutPersonal(json)),
    undefined,
    1,
  );
};

const personal = new Set(["user_id", "attributes", "name", "label", "reference", "updated_at"]);

const withoutPersonal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPersonal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (personal.has(name) ? [] : [[name, withoutPersonal(member)]])),
  );
};

/** Everything that another shopper's carts have. */
export const contentsOf = async ({ query }: World, carts: Carts): Promise<string> => {
  const answers = await Promise.all(
    withoutLate(carts).flatMap((cart) => [accepted(query(`/carts/${cart}`)), accepted(query(`/carts/${cart}/history`))]),
  );
  return answers.map(({ text }) => text).join("\n");
};

/** Restores the backup beside the system and reads it with the keys of today. */
export const readBackup = async ({ admin, system }: World, backup: string, { carts, person }: { carts: Carts; person: Person }) => {
  const { env } = system();
  const kept = await harness.tablesOf(admin, backup);
  const pool = openEventStorePool({ url: String(env["EVENTSTORE_URL"]).replace(/[^/]+$/, backup), connectionLimit: 2 });
  const keys = openKeys({ KEYSTORE_URL: env["KEYSTORE_URL"], PERSONAL_DATA_KEYS: env["PERSONAL_DATA_KEYS"] });
  const aggregate = withKeys(cartAggregate, keys.ring, true);
  try {
    for (const cart of Object.values(carts)) {
      const streams = await loadStreams(pool, aggregate, [cart]);
      const { events } = await readStream(
        readRowsFrom(pool),
        aggregate,
        { aggregateId: cart, after: 0 },
        { maxEvents: 500, maxBytes: 4_000_000 },
      );
      if (events.length === 0) throw new Error("the backup lacks a cart");
      const { state } = streams.get(cart) ?? {};
      const lines = state !== undefined && state.status !== "NONE" ? [...state.lines.values()] : [];
      kept.push({ place: "opened", content: JSON.stringify([state, lines, events]) });
    }
  } finally {
    await Promise.all([keys.close(), pool.end()]);
  }
  return harness.findPerson(person, kept).map((finding) => `restored backup: ${finding}`);
};

/** Answers that are kept for the carts. Their keys and requests are hashes, which the search does not know, but others can compute. */
export const storedAnswers = async ({ admin, system }: World, carts: Carts): Promise<readonly string[]> => {
  const { keys } = eventStoreTables(admin, system().databases.eventStore);
  const count = await keys.count({ aggregate_id: Object.values(carts) });
  return count === 0 ? [] : [`stored answers: ${count}`];
};

/** The outbox rows of the carts that have not been published. */
export const unpublished = ({ admin, system }: World): Promise<number> =>
  eventStoreTables(admin, system().databases.eventStore).outbox.count({ status: ["PENDING", "FAILED"] });
