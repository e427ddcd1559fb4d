import { foldAllStreams, foldStreams } from "@cart/event-store";
import { readRowsFrom } from "@cart/mysql";
import { abortableDelay } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import type { Projection, Projections } from "../projection/projection.ts";
import { pageOf } from "../rebuild/foldLimits.ts";
import { rowsOf } from "../rebuild/storeRows.ts";
import { compareRows, type Difference } from "./compareRows.ts";
import { readRows } from "./readRows.ts";

export type VerifyOptions = {
  readonly eventStore: Pool;
  readonly readModel: Pool;
  readonly projections: Projections;
  readonly signal: AbortSignal;
  /** For how long aggregates that differ may still get their events before they count. Milliseconds. */
  readonly patience: number;
  readonly report: (difference: Difference) => void;
  readonly pageSize?: number;
};

export type VerifyResult = {
  readonly aggregates: number;
  readonly events: number;
  readonly rechecked: number;
  readonly differences: number;
  /** Aggregates with an event that this program cannot project: compared as they are before it. */
  readonly cannot_project: number;
};

/**
 * Compares the read model with the fold of the event store, page by page. What differs
 * is looked at again, first the read model and then the event store, so that one
 * that moves is never taken to be ahead: at once when its content is wrong, and for as
 * long as `patience` while the read model is behind, as it is between an append and
 * its projection.
 */
export const verifyReadModel = async (options: VerifyOptions): Promise<VerifyResult> => {
  const { eventStore, readModel, projections, signal, patience, report, pageSize } = options;
  let aggregates = 0;
  let events = 0;
  let cannotProject = 0;
  let after: string | undefined;
  const suspects: Suspect[] = [];
  const folders = projections.map(({ folder }) => folder);
  for await (const page of foldAllStreams(readRowsFrom(eventStore), folders, pageOf(pageSize))) {
    signal.throwIfAborted();
    aggregates += page.results.length;
    events += page.events;
    cannotProject += page.results.filter(({ problem }) => problem !== undefined).length;
    // A page that is the middle of one long stream ends no aggregate.
    if (page.through === "") continue;
    for (const projection of projections) {
      const found = await readRows(readModel, projection.tables, { after, through: page.through });
      const own = page.results.filter(({ aggregateType }) => aggregateType === projection.aggregateType);
      suspects.push(...compareRows(projection, found, rowsOf(own)).map((difference) => suspectOf(projection, difference)));
    }
    after = page.through;
  }

  const until = performance.now() + patience;
  let waiting: readonly Suspect[] = suspects;
  let differences = 0;
  while (waiting.length > 0) {
    const found = await compareNow(options, waiting);
    const isLate = performance.now() >= until;
    const counted = found.filter(({ difference }) => isLate || !isInFlight(difference));
    for (const { difference } of counted) report(difference);
    differences += counted.length;
    if (isLate) break;
    waiting = found.filter(({ difference }) => isInFlight(difference));
    if (waiting.length > 0) await abortableDelay(250, signal);
    signal.throwIfAborted();
  }
  return { aggregates, events, rechecked: suspects.length, differences, cannot_project: cannotProject };
};

/** An aggregate that differed when it was last looked at. */
type Suspect = { readonly projection: Projection; readonly difference: Difference };

const suspectOf = (projection: Projection, difference: Difference): Suspect => ({ projection, difference });

const isInFlight = ({ difference }: Difference): boolean => difference === "MISSING" || difference === "BEHIND";

const compareNow = async ({ eventStore, readModel, projections }: VerifyOptions, suspects: readonly Suspect[]): Promise<Suspect[]> => {
  const found: Suspect[] = [];
  for (const projection of projections) {
    const ids = suspects.filter((one) => one.projection === projection).map(({ difference }) => difference.aggregate_id);
    for (let from = 0; from < ids.length; from += 500) {
      const some = ids.slice(from, from + 500);
      const rows = await readRows(readModel, projection.tables, { ids: some });
      const expected = rowsOf(await foldStreams(readRowsFrom(eventStore), projection.folder, some, pageOf()));
      found.push(...compareRows(projection, rows, expected).map((difference) => suspectOf(projection, difference)));
    }
  }
  return found;
};
