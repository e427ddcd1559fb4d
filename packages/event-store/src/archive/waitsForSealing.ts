import { type DomainEvent, type PersonalFields, splitData } from "@cart/domain";
import type { StoredAggregate } from "../sealing/storedAggregate.ts";
import { isSealed } from "../sealing/storedParts.ts";
import type { StoredEvent } from "./archiveObject.ts";

/**
 * Whether personal fields are encrypted by now, but not yet in all of these events. Such a stream must not be archived: no erasure
 * reaches what is in plain text in the archive.
 */
export const waitsForSealing = <State, Command, Event extends DomainEvent>(
  { personalFields, vault }: StoredAggregate<State, Command, Event>,
  events: readonly StoredEvent[],
): boolean => {
  if (vault?.seal === undefined || personalFields === undefined) return false;
  const fieldsOf = new Map<string, PersonalFields<Event>[Event["type"]]>(Object.entries(personalFields));
  return events.some(({ event_type: type, event_data: text, metadata }) => {
    const data: unknown = JSON.parse(text);
    if (isSealed(data) || typeof data !== "object" || data === null) return false;
    const hasActor = typeof (JSON.parse(metadata) as { readonly actor?: unknown }).actor === "string";
    return hasActor || splitData(fieldsOf.get(type) ?? [], data).personal.size > 0;
  });
};
