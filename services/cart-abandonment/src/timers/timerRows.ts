import { bytesToUuid, type ColumnValue, deleteByKeys, rowStatements, uuidToBytes, writeTogether } from "@cart/mysql";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import type { CartProgress, Wait } from "./cartProgress.ts";
import type { Schedule } from "./schedule.ts";

export type Timer = {
  readonly cartId: string;
  readonly progress: CartProgress;
  readonly dueAt: Date | null;
  /** The version of the policy that `dueAt` was computed from. */
  readonly policyVersion: number;
  readonly claimedUntil: Date | null;
  /** How often in a row the event store did not have the event at the timer's version. */
  readonly misses: number;
};

const columns = [
  "cart_id",
  "tenant_id",
  "user_id",
  "version",
  "step",
  "stage",
  "since",
  "active_at",
  "reminded_at",
  "policy_version",
  "due_at",
  "claimed_until",
  "misses",
  "given_up_at",
] as const;

export const timerColumns = columns.join(", ");

export type TimerRow = RowDataPacket & {
  readonly cart_id: Buffer;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly version: number;
  readonly step: number;
  readonly stage: Wait["stage"];
  readonly since: Date;
  readonly active_at: Date | null;
  readonly reminded_at: Date | null;
  readonly policy_version: number;
  readonly due_at: Date | null;
  readonly claimed_until: Date | null;
  readonly misses: number;
};

export const toTimer = (row: TimerRow): Timer => ({
  cartId: bytesToUuid(row.cart_id),
  progress: {
    version: row.version,
    tenantId: row.tenant_id ?? undefined,
    userId: row.user_id ?? undefined,
    waitsFor: {
      step: row.step,
      stage: row.stage,
      since: row.since,
      activeAt: row.active_at ?? row.since,
      remindedAt: row.reminded_at ?? undefined,
    },
  },
  dueAt: row.due_at,
  policyVersion: row.policy_version,
  claimedUntil: row.claimed_until,
  misses: row.misses,
});

export type TimerChange = {
  readonly cartId: string;
  readonly progress: CartProgress;
  /** The new schedule; `undefined` deletes the timer. */
  readonly schedule: Schedule | undefined;
  readonly claimedUntil: Date | null;
  /** Set if the event store did not have the event at the timer's version. */
  readonly missing?: Missing | undefined;
};

/** A cart of which the event store does not have what the timer knows. */
export type Missing = {
  /** How often in a row. */
  readonly misses: number;
  /** Set once the worker gives the timer up. */
  readonly givenUpAt: Date | null;
};

/**
 * Writes timers: inserts, updates and then deletes, in statements that any server takes. This transaction
 * must have locked the timers that exist; `isNew` says which do not. A new timer is inserted,
 * not upserted: if another consumer has inserted it in the meantime, the insert fails with a
 * duplicate key. An upsert would overwrite the other consumer's row.
 */
export const writeTimers = async (
  connection: PoolConnection,
  changes: readonly TimerChange[],
  isNew: (cartId: string) => boolean = () => false,
): Promise<void> => {
  const sorted = changes.toSorted((a, b) => (a.cartId < b.cartId ? -1 : 1));
  const rows = sorted.flatMap((change) => {
    const values = valuesOf(change);
    return values === undefined ? [] : [{ isNew: isNew(change.cartId), values }];
  });
  const insert = `INSERT INTO timers (${timerColumns}) VALUES ?`;
  const valuesIf = (isInsert: boolean) => rows.flatMap((row) => (row.isNew === isInsert ? [row.values] : []));
  const ended = sorted.filter(({ cartId, schedule }) => schedule === undefined && !isNew(cartId));
  await writeTogether(connection, [
    ...rowStatements(insert, valuesIf(true)),
    ...rowStatements(`${insert} AS new ON DUPLICATE KEY UPDATE ${updates}`, valuesIf(false)),
    ...rowStatements(
      `${deleteByKeys("timers")} WHERE cart_id IN (?)`,
      ended.map(({ cartId }) => [uuidToBytes(cartId)]),
    ),
  ]);
};

const updates = columns
  .slice(1)
  .map((column) => `${column} = new.${column}`)
  .join(", ");

/** Returns the timer's values in the order of `columns`, or `undefined` if the timer is to be deleted. */
const valuesOf = ({ cartId, progress, schedule, claimedUntil, missing }: TimerChange): ColumnValue[] | undefined => {
  if (schedule === undefined) return undefined;
  const { tenantId, userId, version } = progress;
  const { misses, givenUpAt } = missing ?? { misses: 0, givenUpAt: null };
  const { wait, dueAt = null, policyVersion } = schedule;
  const { step, stage, since, activeAt, remindedAt = null } = wait;
  return [
    uuidToBytes(cartId),
    tenantId ?? null,
    userId ?? null,
    version,
    step,
    stage,
    since,
    activeAt,
    remindedAt,
    policyVersion,
    dueAt,
    claimedUntil,
    misses,
    givenUpAt,
  ];
};
