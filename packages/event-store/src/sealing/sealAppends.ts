import { type DomainEvent, erasedKeyOf, type FieldValues, type Owner, splitData, type Subject } from "@cart/domain";
import { type KeyRing, type LeftStream, type SealingKey, sealPart } from "@cart/personal-data";
import { eventPlace, ownerPlace, type Place, sealedSnapshot, snapshotPlace, type StoredPart, withSealed } from "./storedParts.ts";
import type { AppendToSeal, EventToSeal, SealedAppend, SealedAppends, SealedCategory } from "./vault.ts";

/** An event whose personal fields are apart, with the person of each part. */
type SplitEvent = { readonly place: string; readonly data: object; readonly metadata: object; readonly parts: readonly Part[] };
type Part = { readonly subject: Subject; readonly shopper: Owner; readonly fields: object };

/** An append whose events are split. `owner` is the owner after the last event. */
type SplitAppend = {
  readonly aggregateId: string;
  readonly events: readonly SplitEvent[];
  readonly snapshot: { readonly place: Place; readonly state: string; readonly owner: Owner } | undefined;
};

/**
 * Seals the personal fields of events and snapshots, each for its person. Nothing is kept of the fields of a person who was
 * erased before the event.
 */
export const sealAppends = async <State, Event extends DomainEvent>(
  ring: KeyRing,
  category: SealedCategory<State, Event>,
  appends: readonly AppendToSeal<Event>[],
): Promise<SealedAppends> => {
  const split = appends.map((append) => splitAppend(category, append));
  const living = new Map<string, Owner>();
  for (const { events, snapshot } of split) {
    const shoppers = events.flatMap(({ parts }) => parts.map(({ shopper }) => shopper));
    for (const shopper of snapshot === undefined ? shoppers : [...shoppers, snapshot.owner]) {
      if (erasedKeyOf(shopper.userId) === undefined) living.set(nameOf(shopper), shopper);
    }
  }
  const { keys, ...transaction } = await ring.sealingKeys([...living.values()], leftStreams(split));
  const names = [...living.keys()];
  const keyOf = new Map(keys.map((key, index) => [names[index], key]));
  return { ...transaction, appends: split.map((append) => sealAppend(keyOf, append)) };
};

/** The aggregates that go to another owner, with each former owner who was not erased. */
const leftStreams = (split: readonly SplitAppend[]): readonly LeftStream[] =>
  split.flatMap(({ aggregateId, events }) =>
    events.flatMap(({ parts }) =>
      parts.flatMap(({ subject, shopper: formerOwner }) =>
        subject === "previous_owner" && erasedKeyOf(formerOwner.userId) === undefined ? [{ formerOwner, aggregateId }] : [],
      ),
    ),
  );

const nameOf = ({ tenantId, userId }: Owner): string => JSON.stringify([tenantId, userId]);

const splitAppend = <State, Event extends DomainEvent>(
  category: SealedCategory<State, Event>,
  { events, snapshot, owner: before, aggregateType, aggregateId }: AppendToSeal<Event>,
): SplitAppend => {
  let owner = before;
  const split = events.map((recorded): SplitEvent => {
    const previousOwner = owner;
    owner = category.ownership.ownerAfter(owner, recorded.event);
    return splitEvent(category, recorded, { owner, previous_owner: previousOwner });
  });
  if (snapshot === undefined || owner === undefined || erasedKeyOf(owner.userId) !== undefined)
    return { aggregateId, events: split, snapshot: undefined };
  return {
    aggregateId,
    events: split,
    snapshot: { place: { aggregateType, aggregateId, version: snapshot.version }, state: snapshot.state, owner },
  };
};

/** Lets clients find the events of one command without the correlation id, which a client chooses. */
const correlationField = { subject: "owner", path: ["correlation_id"] } as const;
const metadataFields = [correlationField, { subject: "owner", path: ["actor"] }] as const;

const splitEvent = <State, Event extends DomainEvent>(
  { personalFields }: SealedCategory<State, Event>,
  recorded: EventToSeal<Event>,
  shoppers: Readonly<Record<Subject, Owner | undefined>>,
): SplitEvent => {
  const { aggregateType, aggregateId, version, event, metadata, storedData } = recorded;
  const eventType: Event["type"] = event.type;
  const data = splitData(personalFields[eventType], storedData ?? event.data);
  const ofMetadata = splitData(metadataFields, metadata);
  const parts = (["owner", "previous_owner"] as const).flatMap((subject): Part[] => {
    const values: { data?: FieldValues; metadata?: FieldValues } = {};
    const inData = data.personal.get(subject);
    const inMetadata = ofMetadata.personal.get(subject);
    if (inData !== undefined) values.data = inData;
    if (inMetadata !== undefined) values.metadata = inMetadata;
    if (inData === undefined && inMetadata === undefined) return [];
    const shopper = shoppers[subject];
    if (shopper === undefined) throw new Error(`${event.type} has personal fields, but no ${subject} to seal them for`);
    return [{ subject, shopper, fields: values }];
  });
  return {
    place: eventPlace({ aggregateType, aggregateId, version, eventType }),
    data: data.plain,
    // Every event needs a correlation id. The command's own id is random, and tells as well which events belong together.
    metadata: { ...ofMetadata.plain, correlation_id: metadata.causation_id },
    parts,
  };
};

const sealAppend = (keyOf: ReadonlyMap<string | undefined, SealingKey>, { events, snapshot }: SplitAppend): SealedAppend => {
  const sealFor = (shopper: Owner, subject: Subject, place: string, fields: object): StoredPart => {
    const erased = erasedKeyOf(shopper.userId);
    if (erased !== undefined) return { subject, key: erased, text: "" };
    const key = keyOf.get(nameOf(shopper));
    if (key === undefined) throw new Error(`no key to seal ${place}`);
    return { subject, ...sealPart(key, place, fields) };
  };
  const sealSnapshot = ({ place, state, owner }: NonNullable<SplitAppend["snapshot"]>): object =>
    sealedSnapshot(
      sealFor(owner, "owner", snapshotPlace(place), JSON.parse(state) as object),
      sealFor(owner, "owner", ownerPlace(place), owner),
    );
  return {
    events: events.map(({ place, data, metadata, parts }) => ({
      data: withSealed(
        data,
        parts.map(({ subject, shopper, fields }) => sealFor(shopper, subject, place, fields)),
      ),
      metadata,
    })),
    snapshot: snapshot === undefined ? undefined : JSON.stringify(sealSnapshot(snapshot)),
  };
};
