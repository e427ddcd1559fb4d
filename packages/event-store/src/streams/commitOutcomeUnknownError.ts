/** The connection was lost during COMMIT: the transaction is stored wholly or not at all, and only a read tells which. */
export class CommitOutcomeUnknownError extends Error {
  override readonly name = "CommitOutcomeUnknownError";
}
