import type { EventError } from "@cart/domain";
import { type EventErrorCode } from "@cart/domain";

/** A stream of events of one aggregate. */
export type StreamId = { readonly aggregateType: string; readonly aggregateId: string };

/**
 * - `VERSION_GAP`: the first event, or a version between two events, is missing.
 * - `INVALID_METADATA`: the metadata of an event has no correlation or causation id.
 * - `NOT_APPLICABLE`: an event does not fit the state after the events before it.
 * - The codes of `EventError`: this program cannot decode an event.
 */
export type StreamDamage = "VERSION_GAP" | "INVALID_METADATA" | "NOT_APPLICABLE" | EventErrorCode;

/**
 * A stored stream is not as appends write it: the event at `version` is damaged or does not follow the event before it.
 * Reading it again with the same program does not help. The events before `version` are sound.
 */
export class StreamDamagedError extends Error {
  override readonly name = "StreamDamagedError";
  readonly code: StreamDamage;
  readonly stream: StreamId;
  readonly version: number;
  /** The defect, without the name of the stream. */
  readonly reason: string;

  constructor(code: StreamDamage, stream: StreamId, version: number, reason: string, options?: ErrorOptions) {
    super(`the stream ${stream.aggregateType}/${stream.aggregateId} is damaged at version ${version}: ${reason}`, options);
    this.code = code;
    this.stream = stream;
    this.version = version;
    this.reason = reason;
  }
}

export const undecodable = (error: EventError, stream: StreamId, version: number): StreamDamagedError =>
  new StreamDamagedError(error.code, stream, version, error.message, { cause: error });

export const notApplicable = (error: unknown, stream: StreamId, version: number): StreamDamagedError =>
  new StreamDamagedError("NOT_APPLICABLE", stream, version, error instanceof Error ? error.message : String(error), { cause: error });
