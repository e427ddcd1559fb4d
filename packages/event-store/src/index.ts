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
export { type LoadedStream, loadStreams } from "./streams/loadStreams.ts";
