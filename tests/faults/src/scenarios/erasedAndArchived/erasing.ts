import { readViews, requestErasure, type SearchedPerson, type SendAccepted, type Shopper, untilShown } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import type { ScenarioContext } from "../scenario.ts";

/** The tenant of every cart whose client names none. */
export const tenantId = "default";

const mark = "goneq7zx";

const several = (count: number, shopperOf: (number: number) => Shopper): readonly Shopper[] =>
  Array.from({ length: count }, (_, index) => shopperOf(index + 1));

/** They leave, and then they are erased: nothing may tell any more who they were. */
export const leaving = several(4, (number) => ({
  userId: `${mark}-${number}@example.org`,
  text: `${mark}-${number}`,
  withoutKeys: number % 2 === 0,
}));

/** They are erased and go on at once, as new persons. */
export const returning = several(2, (number) => ({ userId: `returning-${number}`, withoutKeys: true }));

export const staying = several(6, (number) => ({ userId: `user-${number}` }));

/** Whom the search looks for. */
export const gone: SearchedPerson = { mark, userIds: leaving.map(({ userId }) => userId) };

export type Erasure = {
  readonly id: string;
  readonly userId: string;
  /** The shopper's carts in the view at the time of the request. */
  readonly carts: readonly string[];
};

/** Seconds within which a request must succeed although services and servers are killed. */
const patienceSeconds = 60;

/** Sends requests to command-api. */
export const sendTo =
  ({ system }: Pick<ScenarioContext, "system">): SendAccepted =>
  async (method, path, body) => {
    const response = await fetch(new URL(path, system.commandApis[0]?.url), {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };

/** Has the shopper erased, whatever dies meanwhile. The request is repeated until it is answered. */
export const erase = async (context: ScenarioContext, { userId, text, withoutKeys }: Shopper): Promise<Erasure> => {
  const { pool, databases } = context.system;
  if (text !== undefined) await context.leave(userId);
  // An erasure deletes the answers of those carts that are in the view when it ends, which is after some seconds here.
  if (withoutKeys !== true) await untilShown(context.system, patienceSeconds);
  let erasure: Erasure | undefined;
  await waitUntil(`the erasure of ${userId} to begin`, patienceSeconds, async () => {
    const views = await readViews(pool, databases.readModel);
    const carts = [...views].filter(([, view]) => view.userId === userId).map(([cartId]) => cartId);
    erasure = { userId, carts, id: await requestErasure(sendTo(context), tenantId, userId) };
  });
  if (erasure === undefined) throw new Error(`no erasure of ${userId} has begun`);
  return erasure;
};
