import { setTimeout as delay } from "node:timers/promises";
import { within } from "@cart/process-kit";
import { waitUntil } from "@cart/tools/own-servers";
import type { Ledger } from "../load/ledger.ts";
import type { System } from "../system/system.ts";
import { readArchivedIds } from "./archive.ts";
import { countOutbox, readStoredVersions } from "./eventStore.ts";
import { readViewVersions } from "./readModel.ts";

/** Milliseconds after which an answer of a server counts as missing. */
const probePatienceMs = 15_000;

/** Waits until nothing is missing. The probe returns what is missing. */
const caughtUp = (what: string, seconds: number, missing: () => Promise<string | undefined>): Promise<void> =>
  waitUntil(what, seconds, async () => {
    const text = await within(probePatienceMs, missing());
    if (text === undefined) return;
    await delay(100);
    throw new Error(text);
  });

/** Says what the view lacks of the versions. An archived cart is not in the view any more. */
const missingInView = async (system: System, goal: ReadonlyMap<string, number>): Promise<string | undefined> => {
  const versions = await readViewVersions(system.pool, system.databases.readModel);
  const lacking = [...goal].filter(([cartId, version]) => (versions.get(cartId) ?? 0) < version);
  const archived = lacking.length === 0 ? new Map<string, string>() : await readArchivedIds(system);
  const behind = lacking.filter(([cartId]) => !archived.has(cartId));
  return behind.length === 0 ? undefined : `${behind.length} of ${goal.size} carts are behind, such as ${behind[0]?.join(" at ")}`;
};

const nothingIsLeft = async (system: System): Promise<string | undefined> => {
  const { pool, databases } = system;
  const { pending } = await countOutbox(pool, databases.eventStore);
  if (pending > 0) return `${pending} rows wait in the outbox`;
  const behind = await missingInView(system, await readStoredVersions(pool, databases.eventStore));
  if (behind !== undefined) return behind;
  const archived = await readArchivedIds(system);
  const shown = [...(await readViewVersions(pool, databases.readModel)).keys()].filter((cartId) => archived.has(cartId));
  return shown.length === 0 ? undefined : `${shown.length} archived carts are still in the view`;
};

/** Waits until the system has published everything and shows it. */
export const untilNothingIsLeft = (system: System, seconds: number): Promise<void> =>
  caughtUp("everything to be published and in the view", seconds, () => nothingIsLeft(system));

/** Waits until the view has what is stored now. */
export const untilShown = (system: System, seconds: number): Promise<void> => {
  let goal: ReadonlyMap<string, number> | undefined;
  return caughtUp("the view to have what is stored", seconds, async () => {
    goal ??= await readStoredVersions(system.pool, system.databases.eventStore);
    return missingInView(system, goal);
  });
};

/** Returns the seconds until the view has every event that is acknowledged now, and further commands are acknowledged. */
export const secondsToRecover = async (system: System, ledger: Ledger, patienceSeconds: number): Promise<number> => {
  const since = performance.now();
  const goal = ledger.versions();
  const acknowledged = ledger.count("acknowledged");
  await caughtUp("the view to have what was acknowledged before the end of the fault", patienceSeconds, () => missingInView(system, goal));
  await caughtUp("new commands to be acknowledged", patienceSeconds, async () =>
    ledger.count("acknowledged") > acknowledged ? undefined : "none is",
  );
  return (performance.now() - since) / 1000;
};
