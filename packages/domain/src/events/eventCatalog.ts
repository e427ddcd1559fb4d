import type { TSchema } from "typebox";

/** An event as the domain sees it: what happened, not where it is stored. */
export type DomainEvent = { readonly type: string; readonly data: object };

export type EventVersion = {
  readonly schema: TSchema;
  /** Makes this version's data of the data of the version before. Every version but the first has one. */
  readonly upcast?: (previous: Readonly<Record<string, unknown>>) => object;
};

/** Each event type of an aggregate with all versions that were ever stored, oldest first: index 0 is version 1. */
export type EventCatalog<Event extends DomainEvent> = {
  readonly [Type in Event["type"]]: { readonly versions: readonly [EventVersion, ...EventVersion[]] };
};
