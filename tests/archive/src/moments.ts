import type { Place } from "./hold.ts";

/** A moment at which the job is killed; without a place it is not killed. */
export type Moment = { readonly name: string; readonly place?: Place; readonly job?: "archive" | "restore" };

/** Above the events that one transaction removes or inserts. */
export const later = 1_001;

export const moments: readonly Moment[] = [
  { name: "no kill" },
  {
    name: "object written, nothing removed",
    place: { event: "INSERT", table: "archived_streams", when: "TRUE" },
  },
  {
    name: "stream marked, events not deleted",
    place: { event: "DELETE", table: "events", when: "OLD.version = 1" },
  },
  {
    name: "between two transactions of a removal",
    place: { event: "DELETE", table: "events", when: `OLD.version = ${later}` },
  },
  {
    name: "all removed, mark not final",
    place: { event: "UPDATE", table: "archived_streams", when: "NEW.state = 'ARCHIVED'" },
  },
  {
    name: "between two transactions of a restore",
    job: "restore",
    place: { event: "INSERT", table: "events", when: `NEW.version = ${later}` },
  },
  {
    name: "all restored, mark not removed",
    job: "restore",
    place: { event: "DELETE", table: "archived_streams", when: "TRUE" },
  },
];
