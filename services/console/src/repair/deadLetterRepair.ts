import { type Access, invalidField } from "@cart/http-kit";
import { inTransaction } from "@cart/mysql";
import {
  countByReason,
  type DeadLetterFilter,
  deadLetterQueues,
  discardDeadLetter,
  listDeadLetters,
  type ListedDeadLetter,
  type Projections,
  queueOf,
  retryQueue,
  showDeadLetter,
  type ShownDeadLetter,
} from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import type { Static } from "typebox";
import { onlyTenant } from "../access/consoleAccess.ts";
import { nothingToRepair } from "../http/consoleProblems.ts";
import type { choiceSchema, discardedSchema, retriedSchema } from "./deadLetterSchemas.ts";
import { pageByPage } from "./pageByPage.ts";

export type Choice = Static<typeof choiceSchema>;
type Retried = Static<typeof retriedSchema>;
type Discarded = Static<typeof discardedSchema>;

/** Sees and repairs the dead letters of the tenants whose data the sender may see. */
export type DeadLetterRepair = {
  readonly list: (access: Access, filter: Omit<DeadLetterFilter, "tenantId">) => Promise<readonly ListedDeadLetter[]>;
  readonly countByReason: (access: Access) => Promise<ReadonlyMap<string, number>>;
  readonly show: (access: Access, id: number) => Promise<ShownDeadLetter>;
  /** Retries queue after queue for a few seconds at most. */
  readonly retry: (access: Access, choice: Choice) => Promise<Retried>;
  /** Discards message after message for a few seconds at most. */
  readonly discard: (access: Access, choice: Choice) => Promise<Discarded>;
};

const pageSize = 200;
const maxFailuresShown = 20;

export const createDeadLetterRepair = (readModel: Pool, projections: Projections): DeadLetterRepair => {
  const database = { readModel, projections };
  return {
    list: (access, filter) => list(database, access, filter),
    show: (access, id) => show(database, access, id),
    countByReason: (access) =>
      inTransaction(readModel, (connection) => countByReason(connection, projections, { tenantId: onlyTenant(access) })),
    retry: (access, choice) => retry(database, access, choice),
    discard: (access, choice) => discard(database, access, choice),
  };
};

type Database = { readonly readModel: Pool; readonly projections: Projections };

const list = ({ readModel, projections }: Database, access: Access, filter: Omit<DeadLetterFilter, "tenantId">) =>
  inTransaction(readModel, (connection) => listDeadLetters(connection, projections, { ...filter, tenantId: onlyTenant(access) }));

const show = async ({ readModel, projections }: Database, access: Access, id: number): Promise<ShownDeadLetter> => {
  const found = await inTransaction(readModel, (connection) => showDeadLetter(connection, projections, id));
  const tenant = onlyTenant(access);
  if (found === undefined || (tenant !== undefined && found.tenant_id !== tenant)) throw nothingToRepair(`there is no stuck message ${id}`);
  return found;
};

const retry = async (database: Database, access: Access, choice: Choice): Promise<Retried> => {
  assertOneChoice(choice);
  const done = { projected: 0, duplicates: 0, failed: new Array<Retried["failed"][number]>(), failed_queues: 0 };
  const next = await pageByPage({
    afterId: choice.after_id ?? 0,
    page: (afterId) => queuesOf(database, access, choice, afterId),
    work: async ({ firstId: _firstId, ...queue }) => {
      const { projected, duplicates, failed, aggregate_id } = await retryQueue(database.readModel, database.projections, queue);
      done.projected += projected;
      done.duplicates += duplicates;
      if (failed === null) return;
      done.failed_queues += 1;
      const { id, reason_code, reason } = failed;
      if (done.failed.length < maxFailuresShown) done.failed.push({ id, aggregate_id, reason_code, reason });
    },
    idOf: ({ firstId }) => firstId,
  });
  return { ...done, next_after_id: choice.reason === undefined ? null : next };
};

const discard = async (database: Database, access: Access, choice: Choice): Promise<Discarded> => {
  assertOneChoice(choice);
  const done = { discarded: 0, gaps: 0 };
  const next = await pageByPage({
    afterId: choice.after_id ?? 0,
    page: (afterId) => lettersOf(database, access, choice, afterId),
    work: async ({ id, version, aggregate_version: reached }) => {
      if ((await discardDeadLetter(database.readModel, database.projections, id)) !== undefined) done.discarded += 1;
      if (version !== null && version > (reached ?? 0)) done.gaps += 1;
    },
    idOf: ({ id }) => id,
  });
  return { ...done, next_after_id: choice.id === undefined ? next : null };
};

/** A page of the chosen queues, and the id behind which the next page begins. */
const queuesOf = async (database: Database, access: Access, choice: Choice, afterId: number) => {
  const { id, aggregate_id: aggregateId, reason } = choice;
  const { readModel, projections } = database;
  if (reason !== undefined) {
    const items = await deadLetterQueues(readModel, projections, { reason, tenantId: onlyTenant(access), afterId, limit: pageSize });
    return { items, next: items.length < pageSize ? undefined : items.at(-1)?.firstId };
  }
  const [letter] =
    id === undefined
      ? await list(database, access, { aggregateId: aggregateId?.toLowerCase(), limit: 1 })
      : [await show(database, access, id)];
  const queue = letter === undefined ? undefined : await queueOf(readModel, letter.id);
  if (letter === undefined || queue === undefined) throw nothingToRepair("no message of this cart or policy is stuck");
  return { items: [{ ...queue, firstId: letter.id }], next: undefined };
};

const lettersOf = async (database: Database, access: Access, { id, aggregate_id: aggregateId, reason }: Choice, afterId: number) => {
  if (id !== undefined) return { items: [await show(database, access, id)], next: undefined };
  const items = await list(database, access, { aggregateId: aggregateId?.toLowerCase(), reason, afterId, limit: pageSize });
  if (items.length === 0 && afterId === 0) throw nothingToRepair("no message is stuck for this choice");
  return { items, next: items.length < pageSize ? undefined : items.at(-1)?.id };
};

const assertOneChoice = ({ id, aggregate_id: aggregateId, reason }: Choice): void => {
  if ([id, aggregateId, reason].filter((choice) => choice !== undefined).length !== 1)
    throw invalidField("id", "must be the only one of id, aggregate_id and reason");
};
