import { type CartEvent, cartDecider, cartEventCodec, type EncodedEvent, EventError, itemCount, totalAmount } from "@cart/domain";
import type { DeadLetterCode } from "../deadLetters/deadLetter.ts";
import type { ProjectedCart } from "./projectedCart.ts";

export class ProjectionError extends Error {
  readonly code: DeadLetterCode;

  constructor(code: DeadLetterCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** It is the event that is at fault, and trying it again with the same program does not help. */
export const isUnprojectable = (error: unknown): error is ProjectionError | EventError =>
  error instanceof ProjectionError || error instanceof EventError;

export type CartEventToProject = { readonly version: number; readonly occurredAt: Date; readonly event: EncodedEvent };

/** The cart after its next event, wherever the event comes from. Throws what `isUnprojectable` tells. */
export const projectEvent = (cart: ProjectedCart, { version, occurredAt, event }: CartEventToProject): ProjectedCart => {
  if (version !== cart.version + 1) {
    throw new ProjectionError("VERSION_GAP", `the event has version ${version}, expected ${cart.version + 1}`);
  }
  const decoded = cartEventCodec.decode(event);
  return {
    version,
    cart: evolve(cart, decoded),
    createdAt: version === 1 ? occurredAt : cart.createdAt,
    updatedAt: occurredAt,
    abandonedAt: decoded.type === "CartAbandoned" ? occurredAt : cart.abandonedAt,
  };
};

/** `evolve` throws at an event that does not follow its state; and an amount that is not exact, or too great for its column, may not be stored. */
const evolve = ({ cart }: ProjectedCart, event: CartEvent): ProjectedCart["cart"] => {
  let evolved: ProjectedCart["cart"];
  try {
    evolved = cartDecider.evolve(cart, event);
  } catch (error) {
    throw new ProjectionError("NOT_APPLICABLE", error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (evolved.status !== "NONE" && !(Number.isSafeInteger(totalAmount(evolved)) && Number.isSafeInteger(itemCount(evolved)))) {
    throw new ProjectionError("NOT_APPLICABLE", "the cart's total would be too great to be exact");
  }
  return evolved;
};
