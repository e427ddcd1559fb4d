import type { Aggregate, DomainEvent, Ownership } from "@cart/domain";
import type { KeyRing } from "@cart/personal-data";
import { createVault, type Vault } from "./vault.ts";

/** An aggregate, with the vault of its personal fields. Without a vault they are stored in plain text and sealed ones cannot be read. */
export type StoredAggregate<State, Command, Event extends DomainEvent> = Aggregate<State, Command, Event> & {
  readonly vault?: Vault<Event>;
  /** Awaited before each decision: what the decider needs and a program may not have at its start. */
  readonly ready?: () => Promise<void>;
};

/** A stored aggregate with an owner, as every one with personal fields is. */
export type OwnedAggregate<State, Command, Event extends DomainEvent> = StoredAggregate<State, Command, Event> & {
  readonly ownership: Ownership<State, Event>;
};

/**
 * Returns the aggregate whose personal fields are opened by the keys of the ring, and sealed by them if `seals`. An aggregate
 * without personal fields stays as it is, and so does every aggregate without a ring.
 */
export const withKeys = <State, Command, Event extends DomainEvent>(
  aggregate: Aggregate<State, Command, Event>,
  ring: KeyRing | undefined,
  seals: boolean,
): StoredAggregate<State, Command, Event> => {
  const { type, ownership, personalFields } = aggregate;
  if (ring === undefined || personalFields === undefined) return aggregate;
  if (ownership === undefined) throw new Error(`aggregates of the type ${type} have personal fields, but no owner`);
  return { ...aggregate, vault: createVault(ring, { type, ownership, personalFields }, seals) };
};
