export { createApplyBatch, projectedTopics } from "./applyBatch.ts";
export { countDeadLetters, type DeadLetterCounts } from "./deadLetters/countDeadLetters.ts";
export { discardDeadLetter } from "./deadLetters/discardDeadLetter.ts";
export {
  countByReason,
  type DeadLetterFilter,
  listDeadLetters,
  type ListedDeadLetter,
  showDeadLetter,
  type ShownDeadLetter,
} from "./deadLetters/listDeadLetters.ts";
export { deadLetterQueues, type DeadLetterQueue, queueOf, retryQueue } from "./deadLetters/retryDeadLetters.ts";
export { eraseShopper } from "./erasure/eraseShopper.ts";
export { purgeDeadLetters } from "./deadLetters/purgeDeadLetters.ts";
export { findParked } from "./deadLetters/parkedAggregates.ts";
export { findTenants } from "./findTenants.ts";
export { openReadModelPool } from "./openReadModelPool.ts";
export type { BatchResult } from "./projection/projectBatch.ts";
export type { Projections } from "./projection/projection.ts";
export { projections, projectionsWith } from "./projections.ts";
export { rebuildAll } from "./rebuild/rebuildAll.ts";
export { rebuildOne } from "./rebuild/rebuildOne.ts";
export { findOutdatedProjections, type OutdatedProjection } from "./revisions/builtRevisions.ts";
export { startRevisionWatch } from "./revisions/watchRevisions.ts";
export { verifyReadModel } from "./verify/verifyReadModel.ts";
