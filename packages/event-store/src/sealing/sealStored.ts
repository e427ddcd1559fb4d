import type { DomainEvent } from "@cart/domain";
import { readRowsFrom, run, type Statement, withConnection } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import type { StreamDamagedError } from "../streams/streamDamagedError.ts";
import { countPlain, type StoredRows } from "./countPlain.ts";
import { sealStoredEvents } from "./sealStoredEvents.ts";
import { sealStoredOutbox } from "./sealStoredOutbox.ts";
import { sealStoredSnapshots } from "./sealStoredSnapshots.ts";
import type { StoredAggregate } from "./storedAggregate.ts";

export type SealStoredOptions<State, Command, Event extends DomainEvent> = {
  /** Connections of an administrator, because no service may change an event. */
  readonly pool: Pool;
  /** An aggregate whose vault seals. */
  readonly aggregate: StoredAggregate<State, Command, Event>;
  /** Ends the work between two transactions; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Called after each transaction, with the rows that were sealed until then. */
  readonly report: (sealed: StoredRows) => void;
  /** Called for each damaged event. It stays in plain text. */
  readonly onDamage: (damage: StreamDamagedError) => void;
};

export type SealedStore = {
  readonly sealed: StoredRows;
  /** The rows that are plain at the end. */
  readonly left: StoredRows;
  readonly damaged: number;
  /** The tenants that were moving, whose rows were left alone. */
  readonly moving: readonly string[];
};

/** Milliseconds. A statement looks through many sealed rows until it has found a page of plain ones. */
const readTimeoutMs = 120_000;

/**
 * Seals the events, snapshots and outbox rows of a category that are stored in plain text. Appends, readers and relays may go on
 * meanwhile, and so may another process that does the same. A row is decided by what is stored, so it may be interrupted at any moment
 * and run again. What a program that does not seal appends meanwhile may be left in plain text.
 */
export const sealStored = async <State, Command, Event extends DomainEvent>({
  pool,
  aggregate,
  signal,
  report,
  onDamage,
}: SealStoredOptions<State, Command, Event>): Promise<SealedStore> => {
  const { ownership, vault } = aggregate;
  if (vault?.seal === undefined || ownership === undefined)
    throw new Error(`nothing is sealed in aggregates of the type ${aggregate.type}`);
  const read = readRowsFrom(pool, readTimeoutMs);
  const sealer = { pool, seal: vault.seal, session: await withoutFormerRows(pool) };
  const sealed = { events: 0, snapshots: 0, outbox: 0 };
  const moving = new Set<string>();
  let damaged = 0;
  const progress = (): void => {
    report({ ...sealed });
    signal.throwIfAborted();
  };
  for await (const page of sealStoredEvents(read, { ...aggregate, ownership }, sealer, onDamage)) {
    sealed.events += page.sealed;
    damaged += page.damaged;
    for (const tenantId of page.moving) moving.add(tenantId);
    progress();
  }
  for await (const page of sealStoredSnapshots(read, { ...aggregate, ownership }, sealer)) {
    sealed.snapshots += page.sealed;
    progress();
  }
  for await (const rows of sealStoredOutbox(read, sealer, aggregate.type)) {
    sealed.outbox += rows;
    progress();
  }
  return { sealed, left: await countPlain(read, aggregate.type), damaged, moving: [...moving] };
};

/** Counts what `sealStored` would seal. */
export const countUnsealed = (pool: Pool, aggregateType: string): Promise<StoredRows> =>
  countPlain(readRowsFrom(pool, readTimeoutMs), aggregateType);

/**
 * Returns the statement that keeps the former contents of changed rows out of the binary logs; none if the user may not run it. Rows
 * are found by their primary keys then.
 */
const withoutFormerRows = async (pool: Pool): Promise<readonly Statement[]> => {
  const sql = "SET SESSION binlog_row_image = MINIMAL";
  return withConnection(pool, (connection) =>
    run(connection, sql).then(
      () => [{ sql }],
      () => [],
    ),
  );
};
