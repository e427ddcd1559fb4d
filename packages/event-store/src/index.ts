export {
  CommandFailedError,
  type CommandFailure,
  IdempotencyKeyReusedError,
  StreamHiddenError,
  VersionMismatchError,
} from "./commands/commandErrors.ts";
export {
  type CommandHandler,
  type CommandHandlerOptions,
  type CommittedBatch,
  createCommandHandler,
  type Once,
  type OnceResult,
} from "./commands/commandHandler.ts";
export type {
  CommandOnOne,
  CommandOnTwo,
  CommandRequest,
  CommandResult,
  ExpectedVersion,
  StreamResult,
} from "./commands/commandRequest.ts";
export { purgeAnswers } from "./idempotency/purgeAnswers.ts";
export { newEventId } from "./newEventId.ts";
export { openEventStorePool } from "./openEventStorePool.ts";
export { shardCount, shardOf } from "./outbox/shardOf.ts";
export { type Append, appendStreams } from "./streams/appendStreams.ts";
export { CommitOutcomeUnknownError } from "./streams/commitOutcomeUnknownError.ts";
export { ConcurrencyError } from "./streams/concurrencyError.ts";
export { assertEventsReadable, countEvents } from "./streams/countEvents.ts";
export {
  createStreamFolder,
  foldAllStreams,
  type FoldedPage,
  foldStreams,
  type StreamFold,
  type StreamFolder,
} from "./streams/foldStreams.ts";
export { type LoadedStream, loadStreamAt, loadStreams, type PastStream } from "./streams/loadStreams.ts";
export type { PageLimits } from "./streams/readPage.ts";
export { readRanges, type StreamRange, type StreamSlice } from "./streams/readRanges.ts";
export { readLastOfType, readStream, type StreamPage } from "./streams/readStream.ts";
export { type StreamDamage, StreamDamagedError, type StreamId } from "./streams/streamDamagedError.ts";
export type { StreamCategory, StreamEvent } from "./streams/streamEvents.ts";
