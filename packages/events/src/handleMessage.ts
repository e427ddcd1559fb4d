import { EventError } from "#domain";
import { type EventMessageParts, MessageError } from "./decodeMessage.ts";
import { createEventDecoder, type EventType, type PublishedEvent, ValueTooLargeError } from "./eventDecoder.ts";
import { createSeenEvents, type SeenEvents } from "./seenEvents.ts";

/** What to do with a message: skip it, or throw, so that it is delivered again and its partition waits. */
export type Policy = "skip" | "throw";

export type HandlerContext = {
  /** Aborted when the call has taken `handlerTimeoutMs`. */
  readonly signal: AbortSignal;
  /** 1 for the first delivery of this message to this process. */
  readonly attempt: number;
};

export type HandlerOptions<Type extends EventType> = {
  /** The types of events that `onEvent` gets; all by default. Messages of other types are skipped without being read. */
  readonly types?: readonly Type[];
  /** Handles one event. An event counts as handled when this resolves; after an error the same event is delivered again. */
  readonly onEvent: (event: PublishedEvent<Type>, context: HandlerContext) => void | Promise<void>;
  /** The memory of handled events; the last 10,000 of this process by default. */
  readonly seen?: SeenEvents;
  /** An event of a type that this release does not know. "skip" by default, because a subscriber cannot have asked for it. */
  readonly unknownType?: Policy;
  /** An event in a newer schema version than this release knows. "throw" by default, because the next release can read it. */
  readonly newerVersion?: Policy;
  /** A message that is no event, and that no release can read. "skip" by default. */
  readonly invalid?: Policy;
  /** Bytes of the largest value that is parsed; a larger one counts as invalid. 2 MiB by default. */
  readonly maxValueBytes?: number;
  /** Milliseconds that handling one event may take; 60 s by default. After that the attempt counts as failed. */
  readonly handlerTimeoutMs?: number;
};

export type SkipReason = "other-type" | "duplicate" | "unknown-type" | "newer-version" | "invalid";

export type Outcome = { readonly handled: true } | { readonly handled: false; readonly reason: SkipReason; readonly error?: Error };

export type MessageHandler = (message: EventMessageParts, attempt: number) => Promise<Outcome>;

/** Returns a function that handles one message. It throws if the message has to be delivered again. */
export const createMessageHandler = <Type extends EventType>(options: HandlerOptions<Type>): MessageHandler => {
  const { onEvent, seen = createSeenEvents(), maxValueBytes, handlerTimeoutMs = 60_000 } = options;
  const types: ReadonlySet<string> | undefined = options.types === undefined ? undefined : new Set(options.types);
  const decode = createEventDecoder(maxValueBytes === undefined ? {} : { maxValueBytes });
  const policies: Readonly<Partial<Record<SkipReason, Policy>>> = {
    "unknown-type": options.unknownType ?? "skip",
    "newer-version": options.newerVersion ?? "throw",
    invalid: options.invalid ?? "skip",
  };
  const isWanted = (event: PublishedEvent): event is PublishedEvent<Type> => types === undefined || types.has(event.type);

  const skipUnreadable = (error: unknown): Outcome => {
    const reason = reasonOf(error);
    if (reason === undefined || policies[reason] !== "skip" || !(error instanceof Error)) throw error;
    return { handled: false, reason, error };
  };

  return async (message, attempt) => {
    const type = typeOf(message);
    if (type !== undefined && types?.has(type) === false) return { handled: false, reason: "other-type" };
    let event: PublishedEvent;
    try {
      event = decode(message);
    } catch (error) {
      return skipUnreadable(error);
    }
    if (!isWanted(event)) return { handled: false, reason: "other-type" };
    return within<Outcome>(handlerTimeoutMs, async (signal) => {
      if (await seen.has(event.eventId)) return { handled: false, reason: "duplicate" };
      await onEvent(event, { signal, attempt });
      await seen.add(event.eventId);
      return { handled: true };
    });
  };
};

const typeOf = ({ headers }: EventMessageParts): string | undefined => {
  const type = headers["ce_type"];
  return Buffer.isBuffer(type) || typeof type === "string" ? type.toString() : undefined;
};

const reasonOf = (error: unknown): SkipReason | undefined => {
  if (error instanceof MessageError || error instanceof ValueTooLargeError) return "invalid";
  if (!(error instanceof EventError)) return undefined;
  return reasonsByCode[error.code];
};

const reasonsByCode: Readonly<Record<EventError["code"], SkipReason>> = {
  UNKNOWN_EVENT_TYPE: "unknown-type",
  UNKNOWN_SCHEMA_VERSION: "newer-version",
  INVALID_EVENT_DATA: "invalid",
};

/** Rejects after the time, although the work may go on if it ignores its signal. */
const within = async <Result>(ms: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`the event was not handled within ${ms} ms`);
      timeout.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work(timeout.signal), late]);
  } finally {
    clearTimeout(timer);
  }
};
