import { type DomainEvent, erasedKeyOf, type FieldValues, type Owner, splitData, type Subject } from "@cart/domain";
import { type KeyRing, type LeftStream, type SealingKey, sealPart } from "@cart/personal-data";
import { eventPlace, ownerPlace, type Place, sealedSnapshot, snapshotPlace, type StoredPart, withSealed } from "./storedParts.ts";
import type { AppendToSeal, EventToSeal, SealedAppend, SealedAppends, SealedCategory } from "./vault.ts";

/** A person in a batch. `erased` is the id of the key that was destroyed, if the person was erased. */
type Person = { readonly owner: Owner; readonly erased: string | undefined };

/** An event whose personal fields are apart, with the person of each part. */
type SplitEvent = { readonly place: string; readonly data: object; readonly metadata: object; readonly parts: readonly Part[] };
type Part = { readonly subject: Subject; readonly person: Person; readonly fields: object };

/** An append whose events are split. `owner` is the owner after the last event. */
type SplitAppend = {
  readonly aggregateId: string;
  readonly events: readonly SplitEvent[];
  readonly snapshot: { readonly place: Place; readonly state: string; readonly person: Person } | undefined;
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
  const people = createPeople();
  const split = appends.map((append) => splitAppend(category, append, people.of));
  const living = people.all().filter(({ erased }) => erased === undefined);
  const { keys, ...transaction } = await ring.sealingKeys(
    living.map(({ owner }) => owner),
    leftStreams(split),
  );
  const keyOf = new Map(keys.map((key, index) => [living[index], key]));
  return { ...transaction, appends: split.map((append) => sealAppend(keyOf, append)) };
};

/** Knows the people of a batch, each once: an owner is compared by its text only when its object is met first. */
const createPeople = (): { readonly of: (owner: Owner) => Person; readonly all: () => readonly Person[] } => {
  const byOwner = new Map<Owner, Person>();
  const byName = new Map<string, Person>();
  const add = (owner: Owner): Person => {
    const name = JSON.stringify([owner.tenantId, owner.userId]);
    const person = byName.get(name) ?? { owner, erased: erasedKeyOf(owner.userId) };
    byName.set(name, person);
    byOwner.set(owner, person);
    return person;
  };
  return { of: (owner) => byOwner.get(owner) ?? add(owner), all: () => [...byName.values()] };
};

type PersonOf = ReturnType<typeof createPeople>["of"];

/** The aggregates that go to another owner, with each former owner who was not erased. */
const leftStreams = (split: readonly SplitAppend[]): readonly LeftStream[] =>
  split.flatMap(({ aggregateId, events }) =>
    events.flatMap(({ parts }) =>
      parts
        .filter(({ subject, person }) => subject === "previous_owner" && person.erased === undefined)
        .map(({ person }) => ({ formerOwner: person.owner, aggregateId })),
    ),
  );

const splitAppend = <State, Event extends DomainEvent>(
  category: SealedCategory<State, Event>,
  { events, snapshot, owner: before, aggregateType, aggregateId }: AppendToSeal<Event>,
  personOf: PersonOf,
): SplitAppend => {
  let owner = before;
  const split = events.map((recorded): SplitEvent => {
    const previousOwner = owner;
    owner = category.ownership.ownerAfter(owner, recorded.event);
    return splitEvent(category, recorded, { owner, previous_owner: previousOwner }, personOf);
  });
  const person = snapshot === undefined || owner === undefined ? undefined : personOf(owner);
  if (snapshot === undefined || person === undefined || person.erased !== undefined)
    return { aggregateId, events: split, snapshot: undefined };
  return {
    aggregateId,
    events: split,
    snapshot: { place: { aggregateType, aggregateId, version: snapshot.version }, state: snapshot.state, person },
  };
};

const subjects: readonly Subject[] = ["owner", "previous_owner"];

const splitEvent = <State, Event extends DomainEvent>(
  { personalFields }: SealedCategory<State, Event>,
  { aggregateType, aggregateId, version, event, metadata, storedData }: EventToSeal<Event>,
  owners: Readonly<Record<Subject, Owner | undefined>>,
  personOf: PersonOf,
): SplitEvent => {
  const eventType: Event["type"] = event.type;
  const data = splitData(personalFields[eventType], storedData ?? event.data);
  const { actor, correlation_id, ...plainMetadata } = metadata;
  const parts: Part[] = [];
  for (const subject of subjects) {
    const values: { data?: FieldValues; metadata?: FieldValues } = {};
    const inData = data.personal.get(subject);
    if (inData !== undefined) values.data = inData;
    if (subject === "owner") values.metadata = personalMetadata(correlation_id, actor);
    else if (inData === undefined) continue;
    const owner = owners[subject];
    if (owner === undefined) throw new Error(`${event.type} has personal fields, but no ${subject} to seal them for`);
    parts.push({ subject, person: personOf(owner), fields: values });
  }
  return {
    place: eventPlace({ aggregateType, aggregateId, version, eventType }),
    data: data.plain,
    // Every event needs a correlation id. The command's own id is random, and tells as well which events belong together.
    metadata: { ...plainMetadata, correlation_id: metadata.causation_id },
    parts,
  };
};

/** The owner's part of the metadata. A client chooses the correlation id, so it may name a person. */
const personalMetadata = (correlationId: string, actor: string | undefined): FieldValues =>
  actor === undefined ? { "/correlation_id": correlationId } : { "/correlation_id": correlationId, "/actor": actor };

const sealAppend = (keyOf: ReadonlyMap<Person | undefined, SealingKey>, { events, snapshot }: SplitAppend): SealedAppend => ({
  events: events.map(({ place, data, metadata, parts }) => ({
    data: withSealed(
      data,
      parts.map(({ subject, person, fields }) => sealFor(keyOf, person, subject, place, fields)),
    ),
    metadata,
  })),
  snapshot: snapshot === undefined ? undefined : JSON.stringify(sealSnapshot(keyOf, snapshot)),
});

const sealSnapshot = (
  keyOf: ReadonlyMap<Person | undefined, SealingKey>,
  { place, state, person }: NonNullable<SplitAppend["snapshot"]>,
): object =>
  sealedSnapshot(
    sealFor(keyOf, person, "owner", snapshotPlace(place), JSON.parse(state) as object),
    sealFor(keyOf, person, "owner", ownerPlace(place), person.owner),
  );

const sealFor = (
  keyOf: ReadonlyMap<Person | undefined, SealingKey>,
  person: Person,
  subject: Subject,
  place: string,
  fields: object,
): StoredPart => {
  if (person.erased !== undefined) return { subject, key: person.erased, text: "" };
  const key = keyOf.get(person);
  if (key === undefined) throw new Error(`no key to seal ${place}`);
  return { subject, ...sealPart(key, place, fields) };
};
