export { type ArchivedStream, readArchived, readEndings } from "./archive/archivedStreams.ts";
export { type ArchiveOutcome, archiveStream, finishRemovals } from "./archive/archiveStream.ts";
export type { ArchiveStorage } from "./archive/archiveObject.ts";
export { findIdleStreams, findUnpublished } from "./archive/idleStreams.ts";
export { waitsForSealing } from "./archive/waitsForSealing.ts";
export { restoreStream } from "./archive/restoreStream.ts";
export {
  CommandFailedError,
  type CommandFailure,
  CommandTooLargeError,
  IdempotencyKeyReusedError,
  StreamArchivedError,
  StreamHiddenError,
  VersionMismatchError,
} from "./commands/commandErrors.ts";
export { type CommandHandler, createCommandHandler } from "./commands/commandHandler.ts";
export {
  type CommandOnOne,
  type CommandOnTwo,
  type CommandRequest,
  type CommandResult,
  type ExpectedVersion,
  isExpectedVersion,
  type OnceResult,
  type StreamResult,
} from "./commands/commandRequest.ts";
export type { CommittedBatch } from "./commands/retries/retries.ts";
export { clearStreams } from "./erasure/clearStreams.ts";
export { readDestroyed, recordDestroyed } from "./erasure/destroyedKeys.ts";
export { hasPlainEvents, plainEventCheck } from "./erasure/plainEvents.ts";
export { readEventStoreIds } from "./eventStoreIdentity.ts";
export { eventStoreTables } from "./eventStoreTables.ts";
export { purgeAnswers } from "./idempotency/purgeAnswers.ts";
export { newEventId } from "./newEventId.ts";
export { openEventStorePool } from "./openEventStorePool.ts";
export { awaitPending, type Patience } from "./outbox/awaitPending.ts";
export { readBacklog } from "./outbox/backlog.ts";
export { claimShards, leaveRelays, releaseShards } from "./outbox/claimShards.ts";
export { countOutbox, type OutboxCounts, oldestPendingSeconds } from "./outbox/countOutbox.ts";
export { type FailedFilter, type FailedRowOfTenant, listFailed, listFailedOfTenants, retryFailed } from "./outbox/failedRows.ts";
export { fetchPending, type PendingLimit, type PendingPage } from "./outbox/fetchPending.ts";
export { markPublished, type PublishedRow } from "./outbox/markPublished.ts";
export type { OutboxRow } from "./outbox/outboxRow.ts";
export { purgePublished } from "./outbox/purgePublished.ts";
export { type FailedAttempt, recordFailure, type RetryPolicy } from "./outbox/recordFailure.ts";
export { setAsideBlocked } from "./outbox/setAside.ts";
export { shardCount, shardOf } from "./outbox/shardOf.ts";
export { cancelMove, moveTenant } from "./tenants/moveTenant.ts";
export { parseMetadata } from "./parseMetadata.ts";
export { isSealed } from "./sealing/storedParts.ts";
export { countUnsealed, sealStored } from "./sealing/sealStored.ts";
export { type StoredAggregate, withKeys } from "./sealing/storedAggregate.ts";
export { countEvents } from "./streams/countEvents.ts";
export { createStreamFolder, foldAllStreams, foldStreams, type StreamFold, type StreamFolder } from "./streams/foldStreams.ts";
export { fillSnapshots } from "./streams/fillSnapshots.ts";
export { type LoadedStream, loadStreams } from "./streams/loadStreams.ts";
export { loadStreamAt } from "./streams/loadStreamAt.ts";
export type { PageLimits } from "./streams/readPage.ts";
export { readRanges, type StreamRange, type StreamSlice } from "./streams/readRanges.ts";
export { readLastOfType, readStream } from "./streams/readStream.ts";
export { type StreamDamage, StreamDamagedError } from "./streams/streamDamagedError.ts";
export type { StreamCategory, StreamEvent } from "./streams/streamEvents.ts";
export type { MaySee } from "./streams/streamBeginnings.ts";
export { readOwner } from "./streams/streamOwners.ts";
