import type { DomainEvent } from "./eventCatalog.ts";

/** Whose data a field is: the owner of the aggregate after the event, or the owner before it if the event changed the owner. */
export type Subject = "owner" | "previous_owner";

/** A member of an event's data that may tell who a person is. */
export type PersonalField = {
  readonly subject: Subject;
  /** Names of members from the data on; `*` is every entry of a list. */
  readonly path: readonly [string, ...string[]];
  /** What the field is read as once the person was erased. A field without it is left out. */
  readonly erased?: "pseudonym" | "empty";
};

/** The personal fields of each event type, in all schema versions. */
export type PersonalFields<Event extends DomainEvent> = { readonly [Type in Event["type"]]: readonly PersonalField[] };

/** Values of an event's data by JSON pointers (RFC 6901) from the data on. */
export type FieldValues = Readonly<Record<string, unknown>>;

export type SplitData = {
  /** The data without its personal fields. */
  readonly plain: object;
  /** The personal fields that the data has, by subject. A subject without a field has no entry. */
  readonly personal: ReadonlyMap<Subject, FieldValues>;
};

/** Takes the personal fields out of an event's data. `joinData` puts them back. */
export const splitData = (fields: readonly PersonalField[], data: object): SplitData => {
  // Every append passes here, so data without a personal field is not copied.
  if (fields.length === 0) return { plain: data, personal: noFields };
  const personal = new Map<Subject, Record<string, unknown>>();
  let plain = data;
  for (const { subject, path } of fields) {
    if (!Object.hasOwn(plain, path[0])) continue;
    const taken = personal.get(subject) ?? {};
    const rest = take(plain, path, "", taken);
    if (isObject(rest)) plain = rest;
    if (Object.keys(taken).length > 0) personal.set(subject, taken);
  }
  return { plain, personal };
};

const noFields: ReadonlyMap<Subject, FieldValues> = new Map();

const take = (data: unknown, [name, ...rest]: readonly string[], at: string, taken: Record<string, unknown>): unknown => {
  if (name === "*") return Array.isArray(data) ? data.map((entry, index) => take(entry, rest, `${at}/${index}`, taken)) : data;
  if (name === undefined || !isObject(data) || !Object.hasOwn(data, name)) return data;
  const { [name]: value, ...others } = data;
  if (rest.length > 0) return { ...data, [name]: take(value, rest, `${at}/${name}`, taken) };
  taken[`${at}/${name}`] = value;
  return others;
};

/** Puts values at their places in an event's data. */
export const joinData = (plain: unknown, values: FieldValues): unknown =>
  Object.entries(values).reduce<unknown>((data, [pointer, value]) => put(data, pointer.split("/").slice(1), value), plain);

const put = (data: unknown, [name, ...rest]: readonly string[], value: unknown): unknown => {
  if (name === undefined) return value;
  if (Array.isArray(data)) return data.map((entry: unknown, index) => (String(index) === name ? put(entry, rest, value) : entry));
  return isObject(data) ? { ...data, [name]: put(data[name], rest, value) } : data;
};

/** The values of a subject whose key was destroyed. */
export const erasedValues = (fields: readonly PersonalField[], subject: Subject, keyId: string): FieldValues =>
  Object.fromEntries(
    fields.flatMap((field) => {
      if (field.subject !== subject || field.erased === undefined) return [];
      return [[`/${field.path.join("/")}`, field.erased === "pseudonym" ? pseudonymOf(keyId) : {}]];
    }),
  );

/** The user id of a person whose key was destroyed. It differs from every other user's, and says nothing about the person. */
export const pseudonymOf = (keyId: string): string => `erased-${keyId}`;

/** Returns the id of the destroyed key that a pseudonym names; `undefined` for every other user id. */
export const erasedKeyOf = (userId: string): string | undefined =>
  /^erased-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/.exec(userId)?.[1];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
