import type { DomainEvent } from "./events/eventCatalog.ts";

/** Whose an aggregate is. */
export type Owner = { readonly userId: string; readonly tenantId: string };

/**
 * Tells the owner of an aggregate without its whole state, so that a command or a query of a stranger reads as little of a large
 * aggregate as of one that does not exist.
 */
export type Ownership<State, Event extends DomainEvent> = {
  /** Returns the owner; `undefined` for an aggregate without events. */
  readonly ownerOf: (state: State) => Owner | undefined;
  /** The JSON path of each member in the state of a snapshot. */
  readonly snapshotPaths: Readonly<Record<keyof Owner, string>>;
  /** The types of all events that give an aggregate to an owner. */
  readonly eventTypes: readonly Event["type"][];
  /** Returns the owner after an event of any type. */
  readonly ownerAfter: (owner: Owner | undefined, event: Event) => Owner | undefined;
};
