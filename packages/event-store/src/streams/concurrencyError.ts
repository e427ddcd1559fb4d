/**
 * Another writer has appended to a stream of the transaction, or used one of its
 * idempotency keys, after our read. Nothing of the transaction was stored.
 */
export class ConcurrencyError extends Error {
  override readonly name = "ConcurrencyError";
}
