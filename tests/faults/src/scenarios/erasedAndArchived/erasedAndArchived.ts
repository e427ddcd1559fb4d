import { setTimeout as delay } from "node:timers/promises";
import { readArchive, runServiceCommand, untilErased, untilNothingIsLeft } from "@cart/tests-harness";
import type { Scenario, ScenarioContext } from "../scenario.ts";
import { archiveOnce, restoreAll, restoreOne } from "./archiving.ts";
import { checkAnswers, checkOwners, findTheGone, rebuildAndVerify } from "./checks.ts";
import { erase, type Erasure, leaving, returning, sendTo, staying, tenantId } from "./erasing.ts";

/** Seconds within which erasures are done and everything is in the view once nothing is killed any more. */
const patienceSeconds = 60;

/** Carts that are brought back at the end, and archived carts for which clients ask. Each costs the start of a process or some requests. */
const restoredAtEnd = 2;
const askedAtEnd = 30;

/** What goes on while the faults are injected. */
type Turmoil = { readonly isOver: () => boolean; readonly context: ScenarioContext };

/** Repeats the work, each time after a random pause within the bounds in milliseconds. */
const repeatedly = async ({ isOver, context }: Turmoil, [least, most]: readonly [number, number], work: () => Promise<unknown>) => {
  const own = context.random.fork(`pauses ${least} to ${most}`);
  for (;;) {
    await delay(own.integer(least, most));
    if (isOver()) return;
    await work();
  }
};

const killServices = (turmoil: Turmoil): Promise<void> => {
  const { system, random, injected } = turmoil.context;
  const own = random.fork("services");
  return repeatedly(turmoil, [800, 2_000], async () => {
    await own.pick(system.services()).kill();
    injected();
  });
};

/** MySQL is killed twice as often as Kafka, because erasures and archiving do most of their work there. */
const killServers = (turmoil: Turmoil): Promise<void> => {
  const { servers, random, injected, report } = turmoil.context;
  const own = random.fork("servers");
  let kills = 0;
  return repeatedly(turmoil, [2_000, 4_000], async () => {
    const name = kills % 3 === 1 ? "kafka" : "mysql";
    kills += 1;
    await servers[name].kill();
    report(`${name} killed`);
    await delay(own.integer(300, 1_200));
    await servers[name].start();
    injected();
  });
};

/** Milliseconds within which every shopper asks to be erased. */
const askWithinMs = 6_000;

const eraseAll = ({ context }: Turmoil): Promise<readonly Erasure[]> => {
  const own = context.random.fork("erasures");
  const shoppers = [...leaving, ...returning].map((shopper) => ({ shopper, waitMs: own.integer(0, askWithinMs) }));
  return Promise.all(
    shoppers.map(async ({ shopper, waitMs }) => {
      await delay(waitMs);
      return erase(context, shopper);
    }),
  );
};

/** Everything at once for so many seconds. Resolves to the erasures, which may not be done yet. */
const causeTurmoil = async (context: ScenarioContext, seconds: number): Promise<readonly Erasure[]> => {
  const over = performance.now() + seconds * 1_000;
  const turmoil = { context, isOver: () => performance.now() > over };
  const others = Promise.allSettled([
    killServices(turmoil),
    killServers(turmoil),
    repeatedly(turmoil, [0, 300], () => archiveOnce(context)),
    repeatedly(turmoil, [500, 1_500], () => restoreOne(context)),
  ]);
  // Nothing is killed any more when this has ended, whatever has failed.
  const erasures = await eraseAll(turmoil).finally(() => others);
  for (const outcome of await others) if (outcome.status === "rejected") throw outcome.reason;
  return erasures;
};

/** Checks the archive and the erased shoppers once more with some carts brought back. */
const checkEnd = async (context: ScenarioContext, erasures: readonly Erasure[]): Promise<void> => {
  const { system, random, report, violation } = context;
  // First of all, because a rebuild would mend what an erasure has forgotten.
  await findTheGone(context);
  const before = await readArchive(system);
  const restored = await restoreAll(
    context,
    before.length === 0 ? [] : Array.from({ length: restoredAtEnd }, () => random.pick(before).cartId),
  );
  await untilNothingIsLeft(system, patienceSeconds);
  await rebuildAndVerify(context);
  const erased = await checkOwners(context, erasures);
  const archived = before.filter(({ cartId }) => !restored.includes(cartId));
  await checkAnswers(context, new Map(archived.slice(0, askedAtEnd).map(({ cartId, objectKey }) => [cartId, objectKey])));
  report(
    `${erased.count} carts erased, ${erased.archived} of them archived; ${archived.length} carts archived, ${restored.length} restored`,
  );
  if (erased.count === 0 || erased.archived === 0 || archived.length === 0 || restored.length === 0)
    violation("wrong", "the scenario has seen no cart that was erased, archived, both, or restored");
};

/** The scenario, with faults for so many seconds. */
export const erasedAndArchivedFor = (seconds: number): Scenario => {
  let erasures: readonly Erasure[] = [];
  return {
    name: "erased-and-archived",
    fault: "shoppers erased, carts archived and restored, under `kill -9` of the jobs, services, MySQL and Kafka",
    env: { PERSONAL_DATA_CACHE_MS: "1000", ARCHIVE_AFTER_DAYS: "0", RELAY_LEASE_MS: "2000" },
    replicas: { "cart-abandonment": 1 },
    shoppers: [...staying, ...leaving, ...returning],
    run: async (context) => {
      erasures = [];
      await context.pause(2_000, 3_000);
      erasures = await causeTurmoil(context, seconds);
      await context.recovered();
      // It ends what the killed runs have left.
      await runServiceCommand(context.system, "command-api", ["archive-carts"]);
      const ids = erasures.map(({ id }) => id);
      await untilErased(sendTo(context), tenantId, ids, patienceSeconds);
    },
    afterwards: (context) => checkEnd(context, erasures),
  };
};

export const erasedAndArchived = erasedAndArchivedFor(12);
