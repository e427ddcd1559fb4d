import { isNativeError } from "node:util/types";
import { NotPrimaryError } from "./serverRole.ts";

/** Returns the error number of a MySQL server, such as 1062, or `undefined` if the error is not an answer of a server. */
export const errorNumber = (error: unknown): number | undefined =>
  isNativeError(error) && "errno" in error && typeof error.errno === "number" && "sqlState" in error ? error.errno : undefined;

const duplicateKey = 1062;
const lockWaitTimeout = 1205;
const deadlock = 1213;
const severalRows = 1242;
const refusedByGroup = 3100;

export const isDuplicateKey = (error: unknown): boolean => errorNumber(error) === duplicateKey;

/** Whether a subquery that may return one row returned several. */
export const isSeveralRows = (error: unknown): boolean => errorNumber(error) === severalRows;

/** Whether the server rolled back the transaction (or its statement) for a temporary reason, so that the same work may be retried. */
export const isLockConflict = (error: unknown): boolean => {
  const number = errorNumber(error);
  return number === deadlock || number === lockWaitTimeout;
};

const readOnly = "the database is read-only: it is not the primary, or no longer";
const connections = "the database has no connection left for this service";
const initFailed = `${connections}, or its init_connect fails`;
const full = "the database has no room left: a table or the disk is full";
const memory = "the database has no memory or threads left";
const closed = "the database closed the connection or ended the statement";

/** What the server cannot do at the moment, whoever asks, by error number. */
const refusals: ReadonlyMap<number, string> = new Map([
  [1021, full], // disk full
  [1037, memory],
  [1040, connections], // too many connections
  [1041, memory],
  [1053, closed], // shutdown in progress
  [1114, full], // table full
  [1129, connections], // host blocked after failed connections
  [1135, memory], // no new thread
  [1184, initFailed], // init_connect failed
  [1203, connections], // max_user_connections
  [1226, connections], // a resource limit of the user
  [1290, readOnly], // --read-only, --super-read-only
  [1317, closed], // interrupted by an operator
  [1792, readOnly], // the transaction is read-only
  [1836, readOnly], // read-only mode
  [3032, closed], // offline mode
  [refusedByGroup, readOnly],
  [4031, closed], // closed for inactivity
]);

/**
 * Whether the database gave no answer about the statement, because the connection
 * failed, was refused or timed out, or because the server refuses all statements of the kind for now. After
 * such a failure of a COMMIT it is unknown whether the transaction was committed, unless `isReadOnly`.
 */
export const isUnavailable = (error: unknown): boolean => {
  if (error instanceof NotPrimaryError) return true;
  const number = errorNumber(error);
  if (number !== undefined) return refusals.has(number);
  return isNativeError(error) && "code" in error && typeof error.code === "string" && connectionErrors.test(error.code);
};

/** Returns why the database is unavailable, in words without any value; `undefined` if the server did not say. */
export const unavailableReason = (error: unknown): string | undefined => {
  if (error instanceof NotPrimaryError) return readOnly;
  const number = errorNumber(error);
  return number === undefined ? undefined : refusals.get(number);
};

/** Whether the server says that it is not the primary. Other connections to it are of no use either. */
export const isReadOnly = (error: unknown): boolean => unavailableReason(error) === readOnly;

/** Whether Group Replication refused the statement. It may have sent the transaction to the other members already. */
export const isGroupRefusal = (error: unknown): boolean => errorNumber(error) === refusedByGroup;

/** The codes of the driver and of the operating system. */
const connectionErrors = /^(PROTOCOL_|E[A-Z]+$)/;
