import { cartNotFound, DomainError, type DomainErrorCode } from "@cart/domain";
import {
  CommandFailedError,
  type CommandFailure,
  CommandTooLargeError,
  IdempotencyKeyReusedError,
  StreamArchivedError,
  StreamHiddenError,
  VersionMismatchError,
} from "@cart/event-store";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";
import { Type } from "typebox";
import { Check } from "typebox/value";

/** 404 for a cart, item or policy that does not exist, 409 for a cart in the wrong state, 422 for values that the cart cannot take. */
export const domainProblems: Readonly<Record<DomainErrorCode, ProblemKind>> = {
  CART_NOT_FOUND: { status: 404, type: "/problems/not-found", title: "There is no such cart" },
  CART_CLOSED: { status: 409, type: "/problems/cart-closed", title: "The cart was purchased" },
  CART_SUBMITTED: { status: 409, type: "/problems/cart-submitted", title: "The cart is submitted" },
  CART_MERGED: { status: 409, type: "/problems/cart-merged", title: "The cart was merged into another" },
  CART_MERGED_INTO_ITSELF: { status: 422, type: "/problems/cart-merged-into-itself", title: "A cart cannot be merged into itself" },
  CART_EMPTY: { status: 409, type: "/problems/cart-empty", title: "The cart is empty" },
  CART_OWNED_BY_ANOTHER_USER: { status: 409, type: "/problems/cart-of-another-user", title: "The cart belongs to another user" },
  CART_OF_ANOTHER_TENANT: { status: 409, type: "/problems/cart-of-another-tenant", title: "The cart belongs to another tenant" },
  ITEM_NOT_FOUND: { status: 404, type: "/problems/item-not-found", title: "The item is not in the cart" },
  ITEM_AMBIGUOUS: { status: 409, type: "/problems/item-ambiguous", title: "Several lines have the item" },
  CURRENCY_MISMATCH: { status: 409, type: "/problems/currency-mismatch", title: "The cart has another currency" },
  CURRENCY_UNKNOWN: { status: 422, type: "/problems/currency-unknown", title: "The currency is not known" },
  PRICE_INVALID: { status: 422, type: "/problems/price-invalid", title: "The price is not an amount of the currency" },
  QUANTITY_LIMIT_EXCEEDED: { status: 422, type: "/problems/quantity-limit", title: "The line would have too great a quantity" },
  LINE_LIMIT_EXCEEDED: { status: 422, type: "/problems/line-limit", title: "The cart would have too many lines" },
  SIZE_LIMIT_EXCEEDED: { status: 422, type: "/problems/size-limit", title: "The cart would have too large contents" },
  EVENT_LIMIT_EXCEEDED: { status: 422, type: "/problems/event-limit", title: "The cart has had too many changes" },
  AMOUNT_LIMIT_EXCEEDED: { status: 422, type: "/problems/amount-limit", title: "The cart's amounts would be too great" },
  ATTRIBUTES_TOO_LARGE: { status: 422, type: "/problems/attributes-too-large", title: "The attributes are too large" },
  ADJUSTMENT_INVALID: { status: 422, type: "/problems/adjustment-invalid", title: "The adjustment is not valid" },
  POLICY_EXISTS: { status: 409, type: "/problems/policy-exists", title: "The tenant already has a policy" },
  POLICY_NOT_FOUND: { status: 404, type: "/problems/not-found", title: "The tenant has no policy" },
  QUIET_TIME_INVALID: { status: 422, type: "/problems/quiet-time-invalid", title: "The quiet time is not valid" },
  TIME_ZONE_UNKNOWN: { status: 422, type: "/problems/time-zone-unknown", title: "The time zone is not known" },
  REMINDERS_INVALID: { status: 422, type: "/problems/reminders-invalid", title: "The reminders are not valid" },
};

export const failureProblems: Readonly<Record<CommandFailure, ProblemKind>> = {
  OVERLOADED: { status: 503, type: "/problems/overloaded", title: "Too many commands are waiting" },
  CONTENDED: { status: 503, type: "/problems/contended", title: "Too many concurrent changes" },
  STOPPING: { status: 503, type: "/problems/unavailable", title: "The service is not available" },
  UNAVAILABLE: { status: 503, type: "/problems/unavailable", title: "The service is not available" },
  OUTCOME_UNKNOWN: { status: 503, type: "/problems/outcome-unknown", title: "It is not known whether the command was executed" },
  TENANT_MOVING: { status: 503, type: "/problems/tenant-moving", title: "The tenant is moving to another cell" },
  TENANT_MOVED: { status: 421, type: "/problems/tenant-moved", title: "The tenant has moved to another cell" },
};

export const versionMismatch: ProblemKind = {
  status: 412,
  type: "/problems/version-mismatch",
  title: "The version does not match",
};

export const idempotencyKeyReused: ProblemKind = {
  status: 422,
  type: "/problems/idempotency-key-reused",
  title: "The idempotency key was used for another request",
};

export const cartArchived: ProblemKind = { status: 410, type: "/problems/cart-archived", title: "The cart is in the archive" };

export const commandTooLarge: ProblemKind = {
  status: 422,
  type: "/problems/command-too-large",
  title: "The command's events are too large",
};

/** The facts of a refusal in the terms of the API. */
const factMembers = ({ facts: { orderId, operation } }: DomainError): Readonly<Record<string, unknown>> => ({
  ...(orderId === undefined ? {} : { order_id: orderId }),
  ...(operation === undefined ? {} : { operation }),
});

const fieldErrors = Type.Array(Type.Object({ field: Type.String(), message: Type.String() }));

/** Returns the error of one operation among several, which has the place in `operations`, from 0. */
export const ofOperationAt = (place: number, error: unknown): unknown => {
  if (error instanceof DomainError) return error.ofOperation(place);
  if (!(error instanceof HttpProblem)) return error;
  const { status, type, title, detail, members, headers } = error;
  const { errors } = members;
  const placed = Check(fieldErrors, errors)
    ? { errors: errors.map(({ field, message }) => ({ field: `operations/${place}/${field}`, message })) }
    : {};
  return new HttpProblem({ status, type, title, detail, headers, members: { ...members, ...placed, operation: place } }, { cause: error });
};

/** Returns the path of a request's field that a refusal names. */
export type FieldOf = (refusal: DomainError) => string | undefined;

/** Maps an error of the command handler to an HTTP problem; returns any other error unchanged. */
export const commandProblem = (error: unknown, fieldOf: FieldOf = ({ field }) => field): unknown => {
  if (error instanceof DomainError) {
    const { message } = error;
    const field = fieldOf(error);
    const errors = field === undefined ? {} : { errors: [{ field, message }] };
    return new HttpProblem(
      { ...domainProblems[error.code], detail: message, members: { ...errors, ...factMembers(error) } },
      { cause: error },
    );
  }
  if (error instanceof StreamHiddenError) return commandProblem(cartNotFound());
  if (error instanceof StreamArchivedError) {
    const { aggregateId, archivedAt } = error.stream;
    const members = { cart_id: aggregateId, archived_at: archivedAt.toISOString() };
    return new HttpProblem({ ...cartArchived, detail: error.message, members }, { cause: error });
  }
  if (error instanceof VersionMismatchError) {
    return new HttpProblem(
      {
        ...versionMismatch,
        detail: error.message,
        members: { current_version: error.actualVersion },
        // An aggregate that does not exist has no version.
        headers: error.actualVersion === 0 ? {} : { ETag: `"${error.actualVersion}"` },
      },
      { cause: error },
    );
  }
  if (error instanceof IdempotencyKeyReusedError) {
    const { message } = error;
    return new HttpProblem(
      {
        ...idempotencyKeyReused,
        detail: message,
        members: { errors: [{ field: "Idempotency-Key", message }] },
      },
      { cause: error },
    );
  }
  if (error instanceof CommandTooLargeError) return new HttpProblem({ ...commandTooLarge, detail: error.message }, { cause: error });
  if (error instanceof CommandFailedError) {
    return new HttpProblem({ ...failureProblems[error.code], detail: error.message, headers: { "Retry-After": "1" } }, { cause: error });
  }
  return error;
};
