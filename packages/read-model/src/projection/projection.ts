import type { DomainEvent, EncodedEvent } from "@cart/domain";
import {
  createStreamFolder,
  type StreamCategory,
  type StreamDamage,
  type StreamEvent,
  type StreamFold,
  type StreamFolder,
} from "@cart/event-store";
import { deleteByKeys, run, type Statement, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import type { DeadLetterCode } from "../deadLetters/deadLetter.ts";
import { type ParkedRow, selectParked, toParked } from "../deadLetters/parkedAggregates.ts";
import { aggregateIdOf, type IncomingMessage } from "./incomingMessage.ts";
import { type BatchResult, projectBatch, type Projector } from "./projectBatch.ts";
import type { ProjectedTable, TableRows } from "./projectedTable.ts";
import { isUnprojectable, ProjectionError } from "./projectionError.ts";

/**
 * The state of an aggregate in the read model: the fold of its first `version` events. The version is 0 if the
 * aggregate does not exist.
 */
export type Projected = { readonly version: number };

/** An event of a message. Its data is not decoded yet. */
export type EventToProject = { readonly version: number; readonly occurredAt: Date; readonly event: EncodedEvent };

export type Change<State extends Projected> = { readonly id: string; readonly before: State; readonly after: State };

/** What differs between aggregate types. `Rows` are the result rows of `select`, one array for each statement. */
export type ProjectionDefinition<State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]> = {
  readonly category: StreamCategory<Event>;
  /**
   * The revision of what the projection makes of events. Raise it when the rows that it writes for old events change: the read
   * model then needs a rebuild. A spec pins the rows of each revision.
   */
  readonly revision: number;
  /** The projection's tables. The first one has one row for each aggregate, with its `version` and its `tenant_id`. */
  readonly tables: readonly [ProjectedTable, ...ProjectedTable[]];
  /** The state before the first event. */
  readonly initialState: State;
  /**
   * Returns the state after the next event, which comes from Kafka or from the event store. Throws a
   * `ProjectionError` for an event that cannot be projected.
   */
  readonly project: (state: State, event: StreamEvent<Event>) => State;
  /**
   * Selects the aggregates that exist and locks them until the transaction ends. The ids must be sorted, so that
   * two transactions lock in the same order.
   */
  readonly select: (ids: readonly (Buffer | null)[]) => { readonly [Index in keyof Rows]: Statement };
  readonly toStates: (rows: Rows) => ReadonlyMap<string, State>;
  /**
   * Returns the statements that write the changes. The aggregates that exist are locked in
   * the same transaction. A new aggregate is inserted, not upserted: if another projector has
   * inserted it in the meantime, the insert fails with a duplicate key (1062). An upsert would
   * overwrite the other projector's row.
   */
  readonly writes: (changes: readonly Change<State>[]) => readonly Statement[];
  /** The last message of an aggregate, after which the read model has nothing of it but what is kept. Left out if there is none. */
  readonly ending?: Ending<Event>;
  /** Returns all rows of an aggregate that was folded from its first event. An aggregate without events has no rows. */
  readonly rowsOf: (id: Buffer, state: State) => TableRows;
};

/** An aggregate that has ended, with the data of its last message. */
export type Ended<Event extends DomainEvent = DomainEvent> = { readonly id: Buffer; readonly event: Event };

export type Ending<Event extends DomainEvent> = {
  readonly type: Event["type"];
  /** Returns the statements that keep something of the aggregates (at least one) in tables that no rebuild replaces. They may run twice. */
  readonly keep: (ended: readonly Ended<Event>[]) => readonly Statement[];
};

/** An aggregate that was folded from its events in the event store. */
export type Folded = {
  readonly aggregateType: string;
  readonly id: string;
  readonly version: number;
  readonly rows: TableRows;
  /** The first event that this program cannot project. `version` and `rows` are those before that event. */
  readonly problem: { readonly version: number; readonly reason_code: DeadLetterCode | StreamDamage; readonly reason: string } | undefined;
};

/**
 * A batch of messages of one topic. One transaction executes `reads`, passes their rows to `project`, and
 * executes the writes that it returns.
 */
export type PreparedBatch = {
  readonly reads: readonly Statement[];
  readonly project: (rows: readonly RowDataPacket[][]) => { readonly result: BatchResult; readonly writes: readonly Statement[] };
};

/** The last message of an aggregate, as the event store has it. */
export type StoredEnding = { readonly aggregateId: string; readonly schemaVersion: number; readonly data: unknown };

/** Projects aggregates of one type into the read model. The type of their state is private. */
export type Projection = {
  readonly aggregateType: string;
  readonly revision: number;
  readonly tables: readonly [ProjectedTable, ...ProjectedTable[]];
  /** Opens the personal fields of the messages of this type, before they are prepared. It never uses the connection of the read model's transaction. */
  readonly open: (messages: readonly IncomingMessage[]) => Promise<readonly IncomingMessage[]>;
  readonly prepare: (messages: readonly IncomingMessage[]) => PreparedBatch;
  /** Does the same as `prepare` for dead letters that are retried: it ignores that they park their own aggregates. */
  readonly prepareRetry: (messages: readonly IncomingMessage[]) => PreparedBatch;
  /** Returns the aggregate's version and locks its row until the transaction ends. Returns 0 if the aggregate does not exist. */
  readonly lockVersion: (connection: PoolConnection, id: string) => Promise<number>;
  /** Folds aggregates from the event store. */
  readonly folder: StreamFolder<Folded>;
  /** Returns the statements that keep what is left of aggregates that have ended, given the data of their last messages as they are stored. */
  readonly keepEnded: (ended: readonly StoredEnding[]) => readonly Statement[];
};

/**
 * Returns a projector for the events of messages. It decodes each event once, and throws a `ProjectionError` for
 * a version that is not the next one.
 */
export const projectMessages = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>({
  category,
  initialState,
  project,
  ending,
}: ProjectionDefinition<State, Event, Rows>): Projector<State, Event> => ({
  aggregateType: category.type,
  initialState,
  toEnding: (event) => (event.type === ending?.type ? category.codec.decode(event) : undefined),
  project: (state, { version, occurredAt, event }) => {
    if (version !== state.version + 1) {
      throw new ProjectionError("VERSION_GAP", `the event has version ${version}, expected ${state.version + 1}`);
    }
    return project(state, { version, occurredAt, event: category.codec.decode(event) });
  },
});

export const createProjection = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>(
  definition: ProjectionDefinition<State, Event, Rows>,
): Projection => {
  const { category, tables, select, toStates, writes } = definition;
  const aggregateType = category.type;
  const projector = projectMessages(definition);

  const prepare = (messages: readonly IncomingMessage[], isRetry: boolean): PreparedBatch => {
    const ids = [...new Set(messages.map(aggregateIdOf))].filter((id) => id !== undefined).toSorted();
    // `IN ()` is invalid SQL, so an empty list becomes NULL, which is no aggregate's id.
    const bytes = ids.length === 0 ? [null] : ids.map(uuidToBytes);
    const selects: readonly Statement[] = select(bytes);
    return {
      reads: [...selects, selectParked(aggregateType, bytes)],
      project: (rows) => {
        // `rows` are the results of `reads`, in their order.
        const states = toStates(rows.slice(0, selects.length) as Rows);
        const parked = isRetry ? new Set<string>() : toParked((rows[selects.length] ?? []) as ParkedRow[]);
        const { changes, ended, ...result } = projectBatch(projector, { states, parked }, messages);
        return { result, writes: [...endWrites(definition, ended), ...writes(changes)] };
      },
    };
  };

  return {
    aggregateType,
    revision: definition.revision,
    tables,
    open: (messages) => openMessages(category, messages),
    prepare: (messages) => prepare(messages, false),
    prepareRetry: (messages) => prepare(messages, true),
    lockVersion: async (connection, id) => {
      const [{ name, aggregateColumn }] = tables;
      const [row] = await run<(RowDataPacket & { version: number })[]>(
        connection,
        `SELECT version FROM ${name} WHERE ${aggregateColumn} = ? FOR UPDATE`,
        [uuidToBytes(id)],
      );
      return row?.version ?? 0;
    },
    folder: createStreamFolder(category, (id) => foldOne(definition, id)),
    keepEnded: (stored) => {
      const { ending } = definition;
      if (ending === undefined || stored.length === 0) return [];
      return ending.keep(
        stored.map(({ aggregateId, schemaVersion, data }) => ({
          id: uuidToBytes(aggregateId),
          event: category.codec.decode({ type: ending.type, schemaVersion, data }),
        })),
      );
    },
  };
};

/** Removes everything of the aggregates that have ended, their dead letters too: a message that was missing does not matter any more. */
const endWrites = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>(
  { category, tables, ending }: ProjectionDefinition<State, Event, Rows>,
  ended: readonly Ended<Event>[],
): readonly Statement[] => {
  if (ending === undefined || ended.length === 0) return [];
  const ids = ended.map(({ id }) => id);
  return [
    ...tables.map(({ name, aggregateColumn }) => ({ sql: `${deleteByKeys(name)} WHERE ${aggregateColumn} IN (?)`, values: [ids] })),
    { sql: "DELETE FROM dead_letters WHERE aggregate_type = ? AND aggregate_id IN (?)", values: [category.type, ids] },
    ...ending.keep(ended),
  ];
};

const openMessages = async <Event extends DomainEvent>(
  { vault }: StreamCategory<Event>,
  messages: readonly IncomingMessage[],
): Promise<readonly IncomingMessage[]> => {
  if (vault === undefined) return messages;
  const sealed = messages.flatMap((message) => (message.kind === "EVENT" ? [message.envelope] : []));
  const opened = await vault.openMessages(sealed);
  if (opened === sealed) return messages;
  const openedOf = new Map(sealed.map((envelope, index) => [envelope, opened[index]]));
  return messages.map((message) =>
    message.kind === "EVENT" ? { ...message, envelope: openedOf.get(message.envelope) ?? message.envelope } : message,
  );
};

/** Folds one aggregate up to the first event that this program cannot project. */
const foldOne = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>(
  { category, initialState, project, rowsOf }: ProjectionDefinition<State, Event, Rows>,
  id: string,
): StreamFold<Event, Folded> => {
  let state = initialState;
  let problem: Folded["problem"];
  return {
    add: (event) => {
      if (problem !== undefined) return;
      try {
        state = project(state, event);
      } catch (error) {
        if (!isUnprojectable(error)) throw error;
        problem = { version: event.version, reason_code: error.code, reason: error.message };
      }
    },
    end: (damage) => {
      if (damage !== undefined) problem ??= { version: damage.version, reason_code: damage.code, reason: damage.reason };
      return { aggregateType: category.type, id, version: state.version, rows: rowsOf(uuidToBytes(id), state), problem };
    },
  };
};

/** The projections of a read model. Every transaction locks in this order, so that no two transactions deadlock. */
export type Projections = readonly Projection[];

export const projectionOf = (projections: Projections, aggregateType: string): Projection => {
  const projection = projections.find((one) => one.aggregateType === aggregateType);
  if (projection === undefined) throw new Error(`the read model has no ${aggregateType}`);
  return projection;
};
