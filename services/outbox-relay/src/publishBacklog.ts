import { type OutboxRow, type PendingPage, readBacklog } from "@cart/event-store";
import type { Pool } from "mysql2/promise";
import type { PageSize } from "./pageSize.ts";
import type { EncodedRows } from "./publishRows.ts";

export type BacklogOptions = {
  readonly pool: Pool;
  readonly shards: readonly number[];
  readonly pageSize: PageSize;
  readonly encode: (rows: readonly OutboxRow[]) => EncodedRows;
  /** Resolves to whether Kafka has acknowledged all of the rows. */
  readonly publish: (rows: EncodedRows) => Promise<boolean>;
  /** Called before each page; false ends the backlog. */
  readonly mayGoOn: () => boolean;
};

/**
 * Publishes page after page of one snapshot of the outbox, which must show no row that
 * Kafka has acknowledged. While a page is published, the next is encoded and the page after
 * that is fetched. It ends after the first page with a failure, because rows that were
 * fetched ahead may belong to an aggregate that is now blocked.
 */
export const publishBacklog = ({ pool, shards, pageSize, encode, publish, mayGoOn }: BacklogOptions): Promise<void> =>
  readBacklog(pool, shards, async (pageAfter) => {
    const read = async (after: number): Promise<PendingPage> => {
      const page = await pageAfter(after, pageSize.next());
      pageSize.saw(page);
      return page;
    };
    let publishing = Promise.resolve(true);
    try {
      let page = await read(0);
      for (let last = page.rows.at(-1); last !== undefined && mayGoOn(); last = page.rows.at(-1)) {
        const next = page.endedBy === "the last row" ? Promise.resolve(nothing) : read(last.id);
        next.catch(ignore);
        const encoded = encode(page.rows);
        if (!(await publishing)) return;
        publishing = publish(encoded);
        publishing.catch(ignore);
        page = await next;
      }
    } finally {
      await publishing;
    }
  });

const nothing: PendingPage = { rows: [], endedBy: "the last row" };

/** For a promise that is awaited later, or not at all after another failure. A rejection must not count as unhandled until then. */
const ignore = (): void => undefined;
