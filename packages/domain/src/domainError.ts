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
  | "CURRENCY_MISMATCH"
  | "CURRENCY_UNKNOWN"
  | "PRICE_INVALID"
  | "QUANTITY_LIMIT_EXCEEDED"
  | "LINE_LIMIT_EXCEEDED"
  | "SIZE_LIMIT_EXCEEDED"
  | "EVENT_LIMIT_EXCEEDED"
  | "POLICY_EXISTS"
  | "POLICY_NOT_FOUND"
  | "QUIET_TIME_INVALID"
  | "TIME_ZONE_UNKNOWN"
  | "REMINDERS_INVALID";

/** What a refusal says beyond its code, for clients that act on it. */
export type RefusalFacts = {
  /** The order that a CLOSED cart became. */
  readonly orderId?: string;
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
}
