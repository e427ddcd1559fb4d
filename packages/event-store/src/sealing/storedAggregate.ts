import type { Aggregate, DomainEvent } from "@cart/domain";
import type { KeyRing } from "@cart/personal-data";
import { createVault, type Vault } from "./vault.ts";

/** An aggregate, with the vault of its personal fields. Without a vault they are stored in plain text and sealed ones cannot be read. */
export type StoredAggregate<State, Command, Event extends DomainEvent> = Aggregate<State, Command, Event> & {
  readonly vault?: Vault<Event>;
};

/**
 * Returns the aggregate whose personal fields are opened by the keys of the ring, and sealed by them if `seals`. An aggregate
 * without personal fields stays as it is.
 */
export const withKeys = <State, Command, Event extends DomainEvent, Given extends Aggregate<State, Command, Event>>(
  aggregate: Given & Aggregate<State, Command, Event>,
  ring: KeyRing,
  seals: boolean,
): Given & StoredAggregate<State, Command, Event> => {
  const { type, ownership, personalFields } = aggregate;
  if (personalFields === undefined) return aggregate;
  if (ownership === undefined) throw new Error(`aggregates of the type ${type} have personal fields, but no owner`);
  return { ...aggregate, vault: createVault(ring, { type, ownership, personalFields }, seals) };
};
