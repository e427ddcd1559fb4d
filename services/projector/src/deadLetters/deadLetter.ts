import type { EventErrorCode } from "@cart/domain";
import type { ConsumedMessage, MessageErrorCode } from "@cart/messaging";

/**
 * Why a message was not projected: it cannot be read (`MessageErrorCode`), its
 * event is none that this program knows (`EventErrorCode`), or
 *
 * - `UNKNOWN_AGGREGATE_TYPE`: it is no event of the kind of aggregate that its topic is for;
 * - `VERSION_GAP`: an event before it has not come;
 * - `NOT_APPLICABLE`: it does not fit the aggregate's state;
 * - `PARKED`: nothing is wrong with it, but an earlier message of its aggregate is a dead letter.
 */
export type DeadLetterCode = MessageErrorCode | EventErrorCode | "UNKNOWN_AGGREGATE_TYPE" | "VERSION_GAP" | "NOT_APPLICABLE" | "PARKED";

export type DeadLetter = {
  /** Of its topic. */
  readonly aggregateType: string;
  readonly message: ConsumedMessage;
  readonly code: DeadLetterCode;
  readonly reason: string;
  /** The aggregate that is parked; `undefined` when none can be told. */
  readonly aggregateId: string | undefined;
  readonly version: number | undefined;
};
