import type { DomainEvent } from "./events/eventCatalog.ts";

/** Whose an aggregate is. */
export type Owner = { readonly userId: string; readonly tenantId: string };

/** The JSON path of the tenant in the data of the first event of every stream, in every schema version that was ever stored. */
export const tenantInFirstEvent = "$.tenant_id";

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
