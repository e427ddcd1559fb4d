import type { EventErrorCode } from "@cart/domain";
import type { ConsumedMessage, MessageErrorCode } from "@cart/messaging";

/**
 * Why a message was not projected. `MessageErrorCode`: the message cannot be read.
 * `EventErrorCode`: this program does not know the event. The others:
 *
 * - `UNKNOWN_AGGREGATE_TYPE`: the event's aggregate type is not the one that the topic is for;
 * - `VERSION_GAP`: an earlier event of the aggregate is missing;
 * - `NOT_APPLICABLE`: the event does not fit the aggregate's state;
 * - `PARKED`: the message is fine, but an earlier message of its aggregate is a dead letter.
 */
export type DeadLetterCode = MessageErrorCode | EventErrorCode | "UNKNOWN_AGGREGATE_TYPE" | "VERSION_GAP" | "NOT_APPLICABLE" | "PARKED";

export type DeadLetter = {
  /** The aggregate type that the message's topic is for. */
  readonly aggregateType: string;
  readonly message: ConsumedMessage;
  readonly code: DeadLetterCode;
  readonly reason: string;
  /** The id of the parked aggregate; `undefined` if the message does not reveal it. */
  readonly aggregateId: string | undefined;
  readonly version: number | undefined;
};
