import { foldAllStreams, foldStreams, readArchived } from "@cart/event-store";
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
  /** Milliseconds for which an aggregate that is behind may still receive its events before it counts as different. */
  readonly patienceMs: number;
  readonly report: (difference: Difference) => void;
  /** Called with the number of events that were folded so far, after each page. */
  readonly progress?: (events: number) => void;
  readonly pageEvents?: number;
};

export type VerifyResult = {
  readonly aggregates: number;
  readonly events: number;
  readonly rechecked: number;
  readonly differences: number;
  /** The number of aggregates with an event that this program cannot project. Their state before that event is compared. */
  readonly cannot_project: number;
};

/**
 * Compares the read model with the fold of the event store, page by page. Aggregates that
 * differ are compared again: the read model is read first and then the event store, so that
 * an aggregate that gets events in between never seems to be ahead. Wrong content counts
 * after one more comparison. An aggregate that is behind, as every aggregate is between an
 * append and its projection, is compared again for up to `patienceMs`.
 */
export const verifyReadModel = async (options: VerifyOptions): Promise<VerifyResult> => {
  const { eventStore, readModel, projections, signal, patienceMs, report, progress, pageEvents } = options;
  let aggregates = 0;
  let events = 0;
  let cannotProject = 0;
  let after: string | undefined;
  const suspects: Suspect[] = [];
  const folders = projections.map(({ folder }) => folder);
  for await (const page of foldAllStreams(readRowsFrom(eventStore), folders, pageOf(pageEvents))) {
    signal.throwIfAborted();
    aggregates += page.results.length;
    events += page.events;
    progress?.(events);
    cannotProject += page.results.filter(({ problem }) => problem !== undefined).length;
    // A page from the middle of one long stream completes no aggregate.
    if (page.through === "") continue;
    for (const projection of projections) {
      const found = await readRows(readModel, projection.tables, { after, through: page.through });
      const own = page.results.filter(({ aggregateType }) => aggregateType === projection.aggregateType);
      suspects.push(...compareRows(projection, found, rowsOf(own)).map((difference) => suspectOf(projection, difference)));
    }
    after = page.through;
  }

  const until = performance.now() + patienceMs;
  let waiting: readonly Suspect[] = suspects;
  let differences = 0;
  while (waiting.length > 0) {
    const found = await compareNow(options, waiting);
    const isLate = performance.now() >= until;
    const counted = found.filter((suspect) => isLate || !isInFlight(suspect));
    for (const { difference } of counted) report(difference);
    differences += counted.length;
    if (isLate) break;
    waiting = found.filter(isInFlight);
    if (waiting.length > 0) await abortableDelay(250, signal);
    signal.throwIfAborted();
  }
  return { aggregates, events, rechecked: suspects.length, differences, cannot_project: cannotProject };
};

/** An aggregate that differed in the last comparison. */
type Suspect = {
  readonly projection: Projection;
  readonly difference: Difference;
  /** Whether the event store has moved it into the archive: its last message may be on its way. */
  readonly isArchived: boolean;
};

const suspectOf = (projection: Projection, difference: Difference, isArchived = false): Suspect => ({ projection, difference, isArchived });

const isInFlight = ({ difference: { difference }, isArchived }: Suspect): boolean =>
  difference === "MISSING" || difference === "BEHIND" || (difference === "UNKNOWN" && isArchived);

const compareNow = async ({ eventStore, readModel, projections }: VerifyOptions, suspects: readonly Suspect[]): Promise<Suspect[]> => {
  const found: Suspect[] = [];
  for (const projection of projections) {
    const ids = suspects.filter((one) => one.projection === projection).map(({ difference }) => difference.aggregate_id);
    for (let from = 0; from < ids.length; from += 500) {
      const some = ids.slice(from, from + 500);
      const rows = await readRows(readModel, projection.tables, { ids: some });
      const expected = rowsOf(await foldStreams(readRowsFrom(eventStore), projection.folder, some, pageOf()));
      const differences = compareRows(projection, rows, expected);
      const unknown = differences.flatMap(({ difference, aggregate_id: id }) => (difference === "UNKNOWN" ? [id] : []));
      const archived = await readArchived(readRowsFrom(eventStore), projection.aggregateType, unknown);
      const archivedIds = new Set(archived.map(({ aggregateId }) => aggregateId));
      found.push(...differences.map((difference) => suspectOf(projection, difference, archivedIds.has(difference.aggregate_id))));
    }
  }
  return found;
};
