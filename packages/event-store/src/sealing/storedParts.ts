import type { FieldValues, Subject } from "@cart/domain";
import type { SealedPart } from "@cart/personal-data";

/*
 * STORED SHAPES, which subscribers see too. The data of an event, or the state of a snapshot, has its personal fields in a
 * member `sealed`: a list with a part for each person. None of these may change.
 */

/** The text is empty if the person was erased before the event. */
export type StoredPart = SealedPart & { readonly subject: Subject };

/** The contents of an event's part: the values by JSON pointers into the data and the metadata. */
export type PartFields = { readonly data?: FieldValues; readonly metadata?: FieldValues };

/** The name of the member. No event and no state has one of its own with this name. */
const sealed = "sealed";

export const withSealed = (plain: object, parts: readonly StoredPart[]): object =>
  parts.length === 0 ? plain : { ...plain, [sealed]: parts };

/** Whether the data of an event or the state of a snapshot is sealed. */
export const isSealed = (json: unknown): boolean => isObject(json) && sealed in json;

export const sealedPartsOf = (json: unknown): readonly StoredPart[] => {
  const parts = isObject(json) ? json[sealed] : undefined;
  return Array.isArray(parts) && parts.every(isPart) ? parts : [];
};

/** The path of the owner in the state of a sealed snapshot. It is apart because the state is large. */
export const sealedOwnerPath = "$.sealed_owner";

/** Returns a sealed snapshot: the whole state in one part, and its owner in another. */
export const sealedSnapshot = (state: StoredPart, owner: StoredPart): object => ({ [sealed]: [state], sealed_owner: owner });

export const withoutSealed = (json: unknown): unknown => {
  if (!isObject(json)) return json;
  const { [sealed]: _parts, ...plain } = json;
  return plain;
};

export const isPart = (value: unknown): value is StoredPart =>
  isObject(value) &&
  (value["subject"] === "owner" || value["subject"] === "previous_owner") &&
  typeof value["key"] === "string" &&
  typeof value["text"] === "string";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A version of an aggregate. */
export type Place = { readonly aggregateType: string; readonly aggregateId: string; readonly version: number };

/** The place of an event's parts: they cannot be opened in another event. */
export const eventPlace = ({ aggregateType, aggregateId, version, eventType }: Place & { readonly eventType: string }): string =>
  `event/${aggregateType}/${aggregateId}/${version}/${eventType}`;

export const snapshotPlace = ({ aggregateType, aggregateId, version }: Place): string =>
  `snapshot/${aggregateType}/${aggregateId}/${version}`;

/** The place of the owner in a snapshot. */
export const ownerPlace = (place: Place): string => `owner/${snapshotPlace(place)}`;
