import { isNativeError } from "node:util/types";

/** Returns the error number of a MySQL server, such as 1062, or `undefined` if the error is not an answer of a server. */
const errorNumber = (error: unknown): number | undefined =>
  isNativeError(error) && "errno" in error && typeof error.errno === "number" && "sqlState" in error ? error.errno : undefined;

const duplicateKey = 1062;
const lockWaitTimeout = 1205;
const deadlock = 1213;

export const isDuplicateKey = (error: unknown): boolean => errorNumber(error) === duplicateKey;

/** Whether the server rolled back the transaction (or its statement) for a temporary reason, so that the same work may be retried. */
export const isLockConflict = (error: unknown): boolean => {
  const number = errorNumber(error);
  return number === deadlock || number === lockWaitTimeout;
};

const refusals = new Set([
  1040, // too many connections
  1053, // shutdown in progress
  1203, // too many connections of this user
  1290, // read only, like a replica
  1317, // interrupted by an operator
  1836, // read only
  4031, // closed for inactivity
]);

/**
 * Whether the database gave no answer about the statement, because the connection
 * failed, was refused or timed out. After such a failure of a COMMIT it is unknown
 * whether the transaction was committed.
 */
export const isUnavailable = (error: unknown): boolean => {
  const number = errorNumber(error);
  if (number !== undefined) return refusals.has(number);
  return isNativeError(error) && "code" in error && typeof error.code === "string" && connectionErrors.test(error.code);
};

/** The codes of the driver and of the operating system. */
const connectionErrors = /^(PROTOCOL_|E[A-Z]+$)/;
