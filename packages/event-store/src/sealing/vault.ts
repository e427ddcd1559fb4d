import {
  type DomainEvent,
  erasedValues,
  joinData,
  type Owner,
  type Ownership,
  type PersonalFields,
  type RecordedEvent,
} from "@cart/domain";
import { bytesToUuid, type Statement } from "@cart/mysql";
import { type KeyRing, type OpeningKeys, openPart, SealBrokenError } from "@cart/personal-data";
import { sealAppends } from "./sealAppends.ts";
import {
  eventPlace,
  isSealed,
  ownerPlace,
  type PartFields,
  sealedPartsOf,
  snapshotPlace,
  type StoredPart,
  withoutSealed,
} from "./storedParts.ts";

/** An event in the form in which it is stored and published. */
export type StoredForm = { readonly data: unknown; readonly metadata: unknown };

/** What an append stores in place of its events and snapshot. */
export type SealedAppend = {
  /** In the order of the events. */
  readonly events: readonly StoredForm[];
  /** `undefined` if no snapshot is due, or if nobody could read it. */
  readonly snapshot: string | undefined;
};

export type SealedAppends = {
  /** In the order of the appends. */
  readonly appends: readonly SealedAppend[];
  /** The transaction has to run them before it inserts. They fail by a subquery with several rows if a key was destroyed. */
  readonly statements: readonly Statement[];
  readonly committed: () => void;
  /** Call it after a conflict, which a destroyed key may have caused. */
  readonly conflicted: () => Promise<void>;
};

/** An event that is sealed. `storedData` is its data if it is stored already, in the schema version in which it is stored. */
export type EventToSeal<Event extends DomainEvent> = RecordedEvent<Event> & { readonly storedData?: object };

/** The part of an append that is sealed. */
export type AppendToSeal<Event extends DomainEvent> = {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly events: readonly EventToSeal<Event>[];
  /** The owner before the first event. */
  readonly owner?: Owner | undefined;
  readonly snapshot?: { readonly version: number; readonly state: string } | undefined;
};

type PlacedRow = { readonly aggregate_id: Buffer; readonly version: number };
type EventRow = PlacedRow & {
  readonly aggregate_type: string;
  readonly event_type: string;
  readonly event_data: unknown;
  readonly metadata?: unknown;
};
type SnapshotRow = PlacedRow & { readonly state: unknown };

/** The part of an event from Kafka that is opened. */
type EventMessage = {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly metadata: unknown;
  readonly event: { readonly type: string; readonly data: unknown };
};

/** An event wherever it comes from. */
type SealedForm = StoredForm & {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly eventType: string;
};

const formOfRow = ({ aggregate_type, aggregate_id, version, event_type, event_data, metadata }: EventRow): SealedForm => ({
  aggregateType: aggregate_type,
  aggregateId: bytesToUuid(aggregate_id),
  version,
  eventType: event_type,
  data: event_data,
  metadata,
});

const formOfMessage = ({ event: { type: eventType, data }, ...message }: EventMessage): SealedForm => ({ ...message, eventType, data });

/** Opens what a vault sealed. Rows without a sealed part are returned as they are, so plain rows of earlier releases can be read. */
export type RowOpener = {
  /**
   * Returns the rows with their personal fields, or with what erased fields are read as. A row that does not authenticate
   * stays sealed, and its event is damaged. Throws a `KeyMissingError` or a `MasterKeyError`.
   */
  readonly openEvents: <Row extends EventRow>(rows: readonly Row[]) => Promise<readonly Row[]>;
  /** Opens events from Kafka, in the same way. */
  readonly openMessages: <Message extends EventMessage>(messages: readonly Message[]) => Promise<readonly Message[]>;
  /** Leaves out the snapshots whose owner was erased: their streams are folded from the first event. */
  readonly openSnapshots: <Row extends SnapshotRow>(rows: readonly Row[]) => Promise<readonly Row[]>;
  /** Returns the owner in each snapshot, or `undefined` for an owner who was erased. */
  readonly openOwners: (snapshots: readonly SealedOwner[]) => Promise<readonly (Owner | undefined)[]>;
};

/** The owner in a sealed snapshot. */
export type SealedOwner = { readonly aggregateId: string; readonly version: number; readonly owner: StoredPart };

/** Opens personal fields when events are read, and seals them when events are stored, unless they are still stored in plain text. */
export type Vault<Event extends DomainEvent> = RowOpener & {
  /** Milliseconds for which what was opened may be used. */
  readonly maxAgeMs: number;
  readonly seal?: (appends: readonly AppendToSeal<Event>[]) => Promise<SealedAppends>;
};

/** What a vault needs to know of the aggregates of one type. */
export type SealedCategory<State, Event extends DomainEvent> = {
  readonly type: string;
  readonly ownership: Ownership<State, Event>;
  readonly personalFields: PersonalFields<Event>;
};

/** Creates the vault of the aggregates of one type. It opens what is sealed; `seals` tells whether it seals as well. */
export const createVault = <State, Event extends DomainEvent>(
  ring: KeyRing,
  category: SealedCategory<State, Event>,
  seals: boolean,
): Vault<Event> => {
  const { type: aggregateType, personalFields } = category;
  const fieldsOf: ReadonlyMap<string, PersonalFields<Event>[Event["type"]]> = new Map(Object.entries(personalFields));

  const openParts = ({ aggregateId, version, eventType, data, metadata }: SealedForm, parts: readonly StoredPart[], keys: OpeningKeys) => {
    const place = eventPlace({ aggregateType, aggregateId, version, eventType });
    const fields = fieldsOf.get(eventType) ?? [];
    const opened = parts.map((part): PartFields => openPart(keys, place, part) ?? { data: erasedValues(fields, part.subject, part.key) });
    return {
      data: opened.reduce<unknown>((joined, part) => joinData(joined, part.data ?? {}), withoutSealed(data)),
      metadata: opened.reduce<unknown>((joined, part) => joinData(joined, part.metadata ?? {}), metadata),
    };
  };

  /** Opens the items that are sealed, with one read of keys for all of them. `replace` puts the opened form into its item. */
  const openItems = async <Item>(
    items: readonly Item[],
    dataOf: (item: Item) => unknown,
    formOf: (item: Item) => SealedForm,
    replace: (item: Item, opened: StoredForm) => Item,
  ): Promise<readonly Item[]> => {
    // Most events of a system that does not seal yet are plain, so nothing is converted for them.
    if (!items.some((item) => isSealed(dataOf(item)))) return items;
    const sealed = items.map((item) => {
      const form = formOf(item);
      return { item, form, parts: form.aggregateType === aggregateType ? sealedPartsOf(form.data) : [] };
    });
    const ids = sealed.flatMap(({ parts }) => parts.map(({ key }) => key));
    if (ids.length === 0) return items;
    const keys = await ring.openingKeys(ids);
    return sealed.map(({ item, form, parts }) =>
      parts.length === 0 ? item : unlessBroken(item, () => replace(item, openParts(form, parts, keys))),
    );
  };

  const openEvents = <Row extends EventRow>(rows: readonly Row[]): Promise<readonly Row[]> =>
    openItems(
      rows,
      ({ event_data }) => event_data,
      formOfRow,
      (row, { data, metadata }) => ("metadata" in row ? { ...row, event_data: data, metadata } : { ...row, event_data: data }),
    );

  const openMessages = <Message extends EventMessage>(messages: readonly Message[]): Promise<readonly Message[]> =>
    openItems(
      messages,
      ({ event }) => event.data,
      formOfMessage,
      (message, { data, metadata }) => ({ ...message, metadata, event: { ...message.event, data } }),
    );

  const opener = { maxAgeMs: ring.maxAgeMs, openEvents, openMessages, ...snapshotOpener(ring, aggregateType) };
  return seals ? { ...opener, seal: (appends) => sealAppends(ring, category, appends) } : opener;
};

/** Opens snapshots of one type of aggregate. */
const snapshotOpener = (ring: KeyRing, aggregateType: string): Pick<RowOpener, "openSnapshots" | "openOwners"> => ({
  openSnapshots: async (rows) => {
    const ids = rows.flatMap(({ state }) => sealedPartsOf(state).map(({ key }) => key));
    if (ids.length === 0) return rows;
    const keys = await ring.openingKeys(ids);
    return rows.flatMap((row) => {
      const [part] = sealedPartsOf(row.state);
      if (part === undefined) return [row];
      const place = snapshotPlace({ aggregateType, aggregateId: bytesToUuid(row.aggregate_id), version: row.version });
      const state = openPart(keys, place, part);
      return state === undefined ? [] : [{ ...row, state }];
    });
  },
  openOwners: async (snapshots) => {
    if (snapshots.length === 0) return [];
    const keys = await ring.openingKeys(snapshots.map(({ owner: { key } }) => key));
    return snapshots.map(({ aggregateId, version, owner: part }) => {
      const owner = openPart(keys, ownerPlace({ aggregateType, aggregateId, version }), part);
      return isOwner(owner) ? owner : undefined;
    });
  },
});

const isOwner = (value: object | undefined): value is Owner =>
  value !== undefined && "userId" in value && "tenantId" in value && typeof value.userId === "string" && typeof value.tenantId === "string";

/** Returns the row as it is if it was changed: it then does not match its schema, and only its own stream is damaged. */
const unlessBroken = <Row>(row: Row, open: () => Row): Row => {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SealBrokenError)) throw error;
    return row;
  }
};
