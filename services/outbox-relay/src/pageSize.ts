import type { PendingLimit, PendingPage } from "@cart/event-store";

/** The size of the next page. */
export type PageSize = {
  readonly next: () => PendingLimit;
  /** Adapts to a page that was read. */
  readonly saw: (page: PendingPage) => void;
};

/** Rows of the first page. How large rows are is not known yet, and a row can have half a megabyte. */
const firstRows = 100;

/**
 * Asks for about as many rows as fit into a page, because the server sends every row that it is asked for, and those that do not
 * fit are dropped on arrival.
 */
export const createPageSize = ({ maxRows, maxBytes }: PendingLimit): PageSize => {
  let rows = Math.min(firstRows, maxRows);
  return {
    next: () => ({ maxRows: rows, maxBytes }),
    saw: (page) => {
      if (page.endedBy === "maxBytes") rows = Math.min(maxRows, page.rows.length + 1);
      else if (page.endedBy === "maxRows") rows = Math.min(maxRows, rows * 2);
    },
  };
};
