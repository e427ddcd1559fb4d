import { isNativeError } from "node:util/types";

/** The error number of a MySQL server, such as 1062, or `undefined` when the server said nothing. */
const errorNumber = (error: unknown): number | undefined =>
  isNativeError(error) && "errno" in error && typeof error.errno === "number" && "sqlState" in error ? error.errno : undefined;

const duplicateKey = 1062;
const lockWaitTimeout = 1205;
const deadlock = 1213;

export const isDuplicateKey = (error: unknown): boolean => errorNumber(error) === duplicateKey;

/** The server rolled the transaction back (or its statement) for a reason that passes: the same work may be done again. */
export const isLockConflict = (error: unknown): boolean => {
  const number = errorNumber(error);
  return number === deadlock || number === lockWaitTimeout;
};

const refusals = new Set([
  1040, // too many connections
  1053, // shutdown in progress
  1203, // too many connections of this user
  1290, // read only, as a replica is
  1317, // interrupted by an operator
  1836, // read only
  4031, // closed for inactivity
]);

/**
 * The database gave no answer, or none that says anything about the statement:
 * the connection failed, was refused or timed out. Whether a COMMIT that fails so
 * was carried out is not known.
 */
export const isUnavailable = (error: unknown): boolean => {
  const number = errorNumber(error);
  if (number !== undefined) return refusals.has(number);
  return isNativeError(error) && "code" in error && typeof error.code === "string" && connectionErrors.test(error.code);
};

/** The driver's own codes and those of the operating system. */
const connectionErrors = /^(PROTOCOL_|E[A-Z]+$)/;
