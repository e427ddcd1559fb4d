import type { GiftEvent } from "./addedEvent.ts";
import { project, type WrappedCart } from "./readModel.ts";

/** A command to another system. The receiver executes each key once. */
export type PrintGiftSlip = { readonly type: "PrintGiftSlip"; readonly key: string; readonly orderId: string; readonly paper: string };

type Delivered = { readonly eventId: string; readonly version: number; readonly event: GiftEvent };

/** Returns the row after the event and the commands that the event causes. The caller sends the commands before it stores the row. */
export const react = (
  row: WrappedCart,
  delivered: Delivered,
): { readonly row: WrappedCart; readonly commands: readonly PrintGiftSlip[] } => {
  const next = project(row, delivered);
  const { event, eventId } = delivered;
  if (next === row || event.type !== "CartPurchased" || next.paper === null) return { row: next, commands: [] };
  return { row: next, commands: [{ type: "PrintGiftSlip", key: eventId, orderId: event.data.order_id, paper: next.paper }] };
};
