import type { GiftEvent } from "./addedEvent.ts";

/** A row of the read model: the cart's wrapping, and the version that the row has. A cart without a row has version 0. */
export type WrappedCart = { readonly version: number; readonly paper: string | null };

export const noRow: WrappedCart = { version: 0, paper: null };

type VersionedEvent = { readonly version: number; readonly event: GiftEvent };

/** Returns the row after the event. An event that the row has already changes nothing; a missing one stops the cart. */
export const project = (row: WrappedCart, { version, event }: VersionedEvent): WrappedCart => {
  if (version <= row.version) return row;
  if (version !== row.version + 1) throw new Error(`version ${version} does not follow version ${row.version}`);
  return { version, paper: event.type === "GiftWrapChosen" ? event.data.paper : row.paper };
};
