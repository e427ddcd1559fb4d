import type { DomainEvent, Owner } from "@cart/domain";
import { bytesToUuid, type ReadRows, type Statement } from "@cart/mysql";
import type { RowDataPacket } from "mysql2/promise";
import { type PageLimits, readPage } from "../streams/readPage.ts";
import type { EventRow } from "../streams/streamEvents.ts";
import { isSealedSql } from "./isSealedSql.ts";
import type { OwnedAggregate } from "./storedAggregate.ts";
import { type PlainRow, type SealedTogether, type Sealer, sealTogether } from "./sealTogether.ts";

/** Snapshots are larger than events, so fewer make a transaction. */
const page: PageLimits = { maxEvents: 20, maxBytes: 1_048_576 };

type StoredSnapshot = RowDataPacket & {
  readonly aggregate_id: Buffer;
  readonly version: number;
  readonly schema_version: number;
  readonly state: unknown;
  readonly bytes: number;
};

/**
 * Seals the plain snapshots of one type of aggregate, and yields after each transaction. A snapshot in another form than this
 * program's, and one of an owner who was erased, is deleted: nobody reads it, and its stream has everything that it tells.
 */
export async function* sealStoredSnapshots<State, Command, Event extends DomainEvent>(
  read: ReadRows,
  aggregate: OwnedAggregate<State, Command, Event>,
  sealer: Sealer<Event>,
): AsyncGenerator<SealedTogether> {
  let after: { readonly id: Buffer; readonly version: number } = { id: Buffer.alloc(0), version: 0 };
  for (;;) {
    const { rows, isWhole } = await readPage<StoredSnapshot & EventRow>(read, selectRows(aggregate.type, after), page);
    if (rows.length > 0) {
      yield await sealTogether(
        sealer,
        rows.map((row) => toPlainRow(aggregate, row)),
      );
    }
    const last = rows.at(-1);
    if (last === undefined || isWhole) return;
    after = { id: last.aggregate_id, version: last.version };
  }
}

const selectRows = (type: string, { id, version }: { readonly id: Buffer; readonly version: number }): Statement => ({
  sql: `SELECT aggregate_id, version, schema_version, state, JSON_STORAGE_SIZE(state) AS bytes FROM snapshots
     WHERE aggregate_type = ? AND (aggregate_id > ? OR (aggregate_id = ? AND version > ?)) AND NOT ${isSealedSql("state")}
     ORDER BY aggregate_id, aggregate_type, version`,
  values: [type, id, id, version],
});

const toPlainRow = <State, Command, Event extends DomainEvent>(
  { type: aggregateType, snapshots, ownership }: OwnedAggregate<State, Command, Event>,
  { aggregate_id: id, version, schema_version: schemaVersion, state }: StoredSnapshot,
): PlainRow<Event> => {
  const owner: Owner | undefined = schemaVersion === snapshots.schemaVersion ? ownership.ownerOf(snapshots.fromJson(state)) : undefined;
  const isSame = `WHERE aggregate_id = ? AND aggregate_type = ? AND version = ? AND schema_version = ? AND NOT ${isSealedSql("state")}`;
  const key = [id, aggregateType, version, schemaVersion];
  return {
    tenantId: owner?.tenantId ?? "",
    append: { aggregateType, aggregateId: bytesToUuid(id), events: [], owner, snapshot: { version, state: JSON.stringify(state) } },
    replace: ({ snapshot }) =>
      snapshot === undefined
        ? { sql: `DELETE FROM snapshots ${isSame}`, values: key }
        : { sql: `UPDATE snapshots SET state = ? ${isSame}`, values: [snapshot, ...key] },
  };
};
