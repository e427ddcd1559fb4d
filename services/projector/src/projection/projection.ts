import type { DomainEvent, EncodedEvent } from "@cart/domain";
import {
  createStreamFolder,
  type StreamCategory,
  type StreamDamage,
  type StreamEvent,
  type StreamFold,
  type StreamFolder,
} from "@cart/event-store";
import { run, type Statement, uuidToBytes } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import type { DeadLetterCode } from "../deadLetters/deadLetter.ts";
import { type ParkedRow, selectParked, toParked } from "../deadLetters/parkedAggregates.ts";
import { aggregateIdOf, type IncomingMessage } from "./incomingMessage.ts";
import { type BatchResult, projectBatch, type Projector } from "./projectBatch.ts";
import type { ProjectedTable, TableRows } from "./projectedTable.ts";
import { isUnprojectable, ProjectionError } from "./projectionError.ts";

/** An aggregate as the read model has it: the fold of its first `version` events. 0 for one that is not there. */
export type Projected = { readonly version: number };

/** An event of a message, whose data nobody has decoded. */
export type EventToProject = { readonly version: number; readonly occurredAt: Date; readonly event: EncodedEvent };

export type Change<State extends Projected> = { readonly id: string; readonly before: State; readonly after: State };

/** What is particular to one kind of aggregate. `Rows` are those of `select`. */
export type ProjectionDefinition<State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]> = {
  readonly category: StreamCategory<Event>;
  /** The first one has a row for each aggregate, with its `version`. */
  readonly tables: readonly [ProjectedTable, ...ProjectedTable[]];
  /** Before the first event. */
  readonly nothing: State;
  /** The state after its next event, wherever the event comes from. Throws a `ProjectionError` for an event that cannot be projected. */
  readonly project: (state: State, event: StreamEvent<Event>) => State;
  /** The aggregates that exist, locked until the transaction ends. Ids in order, so that two transactions lock in the same order. */
  readonly select: (ids: readonly (Buffer | null)[]) => { readonly [Index in keyof Rows]: Statement };
  readonly toStates: (rows: Rows) => ReadonlyMap<string, State>;
  /**
   * The statements that write what has changed. The aggregates that exist are locked in
   * the same transaction. A new one is inserted and not upserted: when another projector
   * has made it meanwhile this fails with a duplicate key (1062), and would otherwise
   * overwrite what that one knows.
   */
  readonly writes: (changes: readonly Change<State>[]) => readonly Statement[];
  /** All rows of an aggregate that was folded from its first event; none of one without events. */
  readonly rowsOf: (id: Buffer, state: State) => TableRows;
};

/** An aggregate's events in the event store, folded. */
export type Folded = {
  readonly aggregateType: string;
  readonly id: string;
  readonly version: number;
  readonly rows: TableRows;
  /** The first event that this program cannot project: `version` and `rows` are those before it. */
  readonly problem: { readonly version: number; readonly reason_code: DeadLetterCode | StreamDamage; readonly reason: string } | undefined;
};

/** Messages of one topic on their way into the read model, in one transaction: first `reads`, then `project` on their rows. */
export type PreparedBatch = {
  readonly reads: readonly Statement[];
  readonly project: (rows: readonly RowDataPacket[][]) => { readonly result: BatchResult; readonly writes: readonly Statement[] };
};

/** How one kind of aggregate gets into the read model; its state is private. */
export type Projection = {
  readonly aggregateType: string;
  readonly tables: readonly [ProjectedTable, ...ProjectedTable[]];
  readonly prepare: (messages: readonly IncomingMessage[]) => PreparedBatch;
  /** As `prepare` for dead letters that are tried again: they are not held up by themselves. */
  readonly prepareRetry: (messages: readonly IncomingMessage[]) => PreparedBatch;
  /** The aggregate's version, its row locked until the transaction ends; 0 when it is not there. */
  readonly lockVersion: (connection: PoolConnection, id: string) => Promise<number>;
  /** Folds aggregates of the event store. */
  readonly folder: StreamFolder<Folded>;
};

/** Projects the event of a message onto the state before it: decodes it once, and refuses a version that is not the next one. */
export const projectMessages = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>({
  category,
  nothing,
  project,
}: ProjectionDefinition<State, Event, Rows>): Projector<State> => ({
  aggregateType: category.type,
  nothing,
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
    // A list in SQL must not be empty, and NULL is no aggregate's id.
    const bytes = ids.length === 0 ? [null] : ids.map(uuidToBytes);
    const selects: readonly Statement[] = select(bytes);
    return {
      reads: [...selects, selectParked(aggregateType, bytes)],
      project: (rows) => {
        // The rows are those of `reads`, in their order.
        const states = toStates(rows.slice(0, selects.length) as Rows);
        const parked = isRetry ? new Set<string>() : toParked((rows[selects.length] ?? []) as ParkedRow[]);
        const { changes, ...result } = projectBatch(projector, { states, parked }, messages);
        return { result, writes: writes(changes) };
      },
    };
  };

  return {
    aggregateType,
    tables,
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
  };
};

/** Folds one aggregate up to the first event that this program cannot project. */
const foldOne = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>(
  { category, nothing, project, rowsOf }: ProjectionDefinition<State, Event, Rows>,
  id: string,
): StreamFold<Event, Folded> => {
  let state = nothing;
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

/** The projections of a read model. Every transaction takes them in this order, so that no two wait for each other. */
export type Projections = readonly Projection[];

export const projectionOf = (projections: Projections, aggregateType: string): Projection => {
  const projection = projections.find((one) => one.aggregateType === aggregateType);
  if (projection === undefined) throw new Error(`the read model has no ${aggregateType}`);
  return projection;
};
