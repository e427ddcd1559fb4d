import { setTimeout as delay } from "node:timers/promises";
import { readArchivedIds, runServiceCommand, type ServiceCommand, startServiceCommand } from "@cart/tests-harness";
import type { ScenarioContext } from "../scenario.ts";

type ArchivedIds = ReadonlyMap<string, string>;

/** Milliseconds between two looks at what a job has done. What it does with one cart takes a few times as long. */
const lookMs = 5;

/** The carts in the archive by their state; none while MySQL is away. */
const archivedNow = ({ system }: Pick<ScenarioContext, "system">): Promise<ArchivedIds> =>
  readArchivedIds(system).catch(() => new Map<string, string>());

/** Kills the job a moment after it has begun its work, or lets it end. Resolves to whether it was killed before its end. */
const killAtWork = async (
  { random, injected, system }: ScenarioContext,
  job: ServiceCommand,
  { isAtWork, withinMs }: { readonly isAtWork: (archived: ArchivedIds) => boolean; readonly withinMs: number },
): Promise<boolean> => {
  const over = new AbortController();
  const ended = job.ended.finally(() => over.abort());
  while (!over.signal.aborted && !isAtWork(await archivedNow({ system }))) await delay(lookMs);
  await delay(random.integer(0, withinMs));
  job.kill();
  const wasKilled = (await ended).code === null;
  if (wasKilled) injected();
  return wasKilled;
};

/** Archives what is due. Most runs are killed in between: a job that ends by itself has nothing left to lose. */
export const archiveOnce = async (context: ScenarioContext): Promise<void> => {
  const before = await archivedNow(context);
  const job = startServiceCommand(context.system, "command-api", ["archive-carts"]);
  const isAtWork = (archived: ArchivedIds): boolean => [...archived.keys()].some((cartId) => !before.has(cartId));
  if (context.random.chance(0.7)) await killAtWork(context, job, { isAtWork, withinMs: 120 });
  else await job.ended;
};

/** Brings back a cart that is in the archive by now, if there is one. Half of the runs are killed in between. */
export const restoreOne = async (context: ScenarioContext): Promise<void> => {
  const archived = await archivedNow(context);
  if (archived.size === 0) return;
  const cartId = context.random.pick([...archived.keys()]);
  context.beginsAgain(cartId);
  const job = startServiceCommand(context.system, "command-api", ["restore-cart", cartId]);
  const isAtWork = (now: ArchivedIds): boolean => now.get(cartId) !== archived.get(cartId);
  if (context.random.chance(0.5)) await killAtWork(context, job, { isAtWork, withinMs: 8 });
  else await job.ended;
};

/** Brings back the carts, and those whose restore was cut short. Resolves to the ids of all of them. */
export const restoreAll = async ({ system, beginsAgain }: ScenarioContext, cartIds: readonly string[]): Promise<readonly string[]> => {
  const cutShort = [...(await readArchivedIds(system))].filter(([, state]) => state === "RESTORING").map(([cartId]) => cartId);
  const all = [...new Set([...cutShort, ...cartIds])];
  for (const cartId of all) {
    beginsAgain(cartId);
    await runServiceCommand(system, "command-api", ["restore-cart", cartId]);
  }
  return all;
};
