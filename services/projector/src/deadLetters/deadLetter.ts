import type { EventErrorCode } from "@cart/domain";
import type { ConsumedMessage, MessageErrorCode } from "@cart/messaging";

/**
 * Why a message was not projected: it cannot be read (`MessageErrorCode`), its
 * event is none that this program knows (`EventErrorCode`), or
 *
 * - `UNKNOWN_AGGREGATE_TYPE`: it is no event of a cart;
 * - `VERSION_GAP`: an event before it has not come;
 * - `NOT_APPLICABLE`: it does not fit the cart's state;
 * - `PARKED`: nothing is wrong with it, but an earlier message of its cart is a dead letter.
 */
export type DeadLetterCode = MessageErrorCode | EventErrorCode | "UNKNOWN_AGGREGATE_TYPE" | "VERSION_GAP" | "NOT_APPLICABLE" | "PARKED";

export type DeadLetter = {
  readonly message: ConsumedMessage;
  readonly code: DeadLetterCode;
  readonly reason: string;
  /** The cart that is parked; `undefined` when no cart can be told. */
  readonly aggregateId: string | undefined;
  readonly version: number | undefined;
};
