/** The reason why a command was refused. Each code is part of the public contract: an API maps it, and a client branches on it. */
export type DomainErrorCode =
  | "CART_NOT_FOUND"
  | "CART_CLOSED"
  | "CART_SUBMITTED"
  | "CART_MERGED"
  | "CART_MERGED_INTO_ITSELF"
  | "CART_EMPTY"
  | "CART_OWNED_BY_ANOTHER_USER"
  | "CART_OF_ANOTHER_TENANT"
  | "ITEM_NOT_FOUND"
  | "ITEM_AMBIGUOUS"
  | "CURRENCY_MISMATCH"
  | "CURRENCY_UNKNOWN"
  | "PRICE_INVALID"
  | "QUANTITY_LIMIT_EXCEEDED"
  | "LINE_LIMIT_EXCEEDED"
  | "SIZE_LIMIT_EXCEEDED"
  | "EVENT_LIMIT_EXCEEDED"
  | "AMOUNT_LIMIT_EXCEEDED"
  | "ATTRIBUTES_TOO_LARGE"
  | "ADJUSTMENT_INVALID"
  | "POLICY_EXISTS"
  | "POLICY_NOT_FOUND"
  | "QUIET_TIME_INVALID"
  | "TIME_ZONE_UNKNOWN"
  | "REMINDERS_INVALID";

/** What a refusal says beyond its code, for clients that act on it. */
export type RefusalFacts = {
  /** The order that a CLOSED cart became. */
  readonly orderId?: string;
  /** The place of the refused operation among those of a command, from 0. */
  readonly operation?: number;
};

/** A rule of the domain refused the command, and nothing was changed. `field` names the input at fault, if one is. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly code: DomainErrorCode;
  readonly field: string | undefined;
  readonly facts: RefusalFacts;

  constructor(code: DomainErrorCode, message: string, field?: string, facts: RefusalFacts = {}) {
    super(message);
    this.code = code;
    this.field = field;
    this.facts = facts;
  }

  /** Returns the refusal as one of an operation of a command with several operations. */
  ofOperation(operation: number): DomainError {
    return new DomainError(this.code, this.message, this.field, { ...this.facts, operation });
  }
}
