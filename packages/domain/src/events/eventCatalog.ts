import type { TSchema } from "typebox";

/** An event as the domain sees it: what happened, without its place in a stream. */
export type DomainEvent = { readonly type: string; readonly data: object };

export type EventVersion = {
  readonly schema: TSchema;
  /** Converts the data of the version before to this version. Every version except the first must have an upcast. */
  readonly upcast?: (previous: Readonly<Record<string, unknown>>) => object;
};

/** Each event type of an aggregate with all versions that were ever stored, oldest first: index 0 is version 1. */
export type EventCatalog<Event extends DomainEvent> = {
  readonly [Type in Event["type"]]: { readonly versions: readonly [EventVersion, ...EventVersion[]] };
};
