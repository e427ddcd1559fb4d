import { abortableDelay } from "@cart/service-kit";
import type { Pool } from "mysql2/promise";
import { foldAllStreams, foldStreams } from "../rebuild/foldStreams.ts";
import { rowsOf } from "../rebuild/storeCarts.ts";
import { compareCarts, type Difference } from "./compareCarts.ts";
import { readRows } from "./readRows.ts";

export type VerifyOptions = {
  readonly eventStore: Pool;
  readonly readModel: Pool;
  readonly signal: AbortSignal;
  /** For how long carts that differ may still get their events before they count. Milliseconds. */
  readonly patience: number;
  readonly report: (difference: Difference) => void;
  readonly pageSize?: number;
};

export type VerifyResult = {
  readonly carts: number;
  readonly events: number;
  readonly rechecked: number;
  readonly differences: number;
  /** Carts with an event that this program cannot project: compared as they are before it. */ readonly cannot_project: number;
};

/**
 * Compares the read model with the fold of the event store, page by page. What differs
 * is looked at again, first the read model and then the event store, so that a cart
 * that moves is never taken to be ahead: at once when its content is wrong, and for as
 * long as `patience` while the read model is behind, as it is between an append and
 * its projection.
 */
export const verifyReadModel = async (options: VerifyOptions): Promise<VerifyResult> => {
  const { eventStore, readModel, signal, patience, report, pageSize } = options;
  let carts = 0;
  let events = 0;
  let cannotProject = 0;
  let after: string | undefined;
  const suspects: string[] = [];
  for await (const page of foldAllStreams(eventStore, pageSize === undefined ? {} : { pageSize })) {
    signal.throwIfAborted();
    carts += page.carts.length;
    events += page.events;
    cannotProject += page.carts.filter(({ problem }) => problem !== undefined).length;
    // A page that is the middle of one long stream ends no cart.
    if (page.through === "") continue;
    const found = await readRows(readModel, { after, through: page.through });
    suspects.push(...compareCarts(found, rowsOf(page.carts)).map(({ aggregate_id: id }) => id));
    after = page.through;
  }

  const until = performance.now() + patience;
  let waiting: readonly string[] = suspects;
  let differences = 0;
  while (waiting.length > 0) {
    const found = await compareNow(eventStore, readModel, waiting);
    const isLate = performance.now() >= until;
    const counted = found.filter(({ difference }) => isLate || !isInFlight(difference));
    for (const difference of counted) report(difference);
    differences += counted.length;
    if (isLate) break;
    waiting = found.filter(({ difference }) => isInFlight(difference)).map(({ aggregate_id: id }) => id);
    if (waiting.length > 0) await abortableDelay(250, signal);
    signal.throwIfAborted();
  }
  return { carts, events, rechecked: suspects.length, differences, cannot_project: cannotProject };
};

const isInFlight = (difference: Difference["difference"]): boolean => difference === "MISSING" || difference === "BEHIND";

const compareNow = async (eventStore: Pool, readModel: Pool, ids: readonly string[]): Promise<Difference[]> => {
  const differences: Difference[] = [];
  for (let from = 0; from < ids.length; from += 500) {
    const some = ids.slice(from, from + 500);
    const found = await readRows(readModel, { ids: some });
    differences.push(...compareCarts(found, rowsOf(await foldStreams(eventStore, some))));
  }
  return differences;
};
