export {
  CommandFailedError,
  type CommandFailure,
  IdempotencyKeyReusedError,
  StreamHiddenError,
  VersionMismatchError,
} from "./commands/commandErrors.ts";
export { type CommandHandler, type CommandHandlerOptions, createCommandHandler } from "./commands/commandHandler.ts";
export type {
  CommandOnOne,
  CommandOnTwo,
  CommandRequest,
  CommandResult,
  ExpectedVersion,
  Once,
  OnceResult,
  StreamResult,
} from "./commands/commandRequest.ts";
export type { CommittedBatch } from "./commands/retries/retries.ts";
export { eventStoreTables } from "./eventStoreTables.ts";
export { purgeAnswers } from "./idempotency/purgeAnswers.ts";
export { newEventId } from "./newEventId.ts";
export { openEventStorePool } from "./openEventStorePool.ts";
export { awaitPending, type Patience, type Pending } from "./outbox/awaitPending.ts";
export { type PageAfter, readBacklog } from "./outbox/backlog.ts";
export { claimShards, leaveRelays, releaseShards, type ShardClaim } from "./outbox/claimShards.ts";
export { countOutbox, type OutboxCounts, oldestPendingSeconds } from "./outbox/countOutbox.ts";
export { type FailedRow, listFailed, retryFailed } from "./outbox/failedRows.ts";
export { fetchPending, type PendingQuery } from "./outbox/fetchPending.ts";
export { markPublished, type MarkOptions } from "./outbox/markPublished.ts";
export type { OutboxRow } from "./outbox/outboxRow.ts";
export { purgePublished } from "./outbox/purgePublished.ts";
export { type FailedAttempt, recordFailure, type RetryPolicy } from "./outbox/recordFailure.ts";
export { shardCount, shardOf } from "./outbox/shardOf.ts";
export { parseMetadata } from "./parseMetadata.ts";
export { type Append, appendStreams } from "./streams/appendStreams.ts";
export { CommitOutcomeUnknownError } from "./streams/commitOutcomeUnknownError.ts";
export { ConcurrencyError } from "./streams/concurrencyError.ts";
export { countEvents } from "./streams/countEvents.ts";
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
