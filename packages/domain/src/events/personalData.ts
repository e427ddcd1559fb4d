import type { DomainEvent } from "./eventCatalog.ts";
import type { PersonalFields } from "./personalFields.ts";

/** A user of a tenant. */
export type Shopper = { readonly tenantId: string; readonly userId: string };

/** Which parts of an aggregate's events are personal, and whose they are. Pure. */
export type PersonalData<State, Event extends DomainEvent> = {
  readonly fields: PersonalFields<Event>;
  /** The owner of an aggregate in this state; `undefined` if it has none. */
  readonly ownerOf: (state: State) => Shopper | undefined;
  /** The owner after an event. `before` is the owner before it. */
  readonly ownerAfter: (before: Shopper | undefined, event: Event) => Shopper | undefined;
};
