import { randomUUID } from "node:crypto";
import type { Access } from "@cart/http-kit";
import { type Logger, loggedError } from "@cart/process-kit";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { partAway } from "../http/consoleProblems.ts";

/** What an action was for, or how it ended: a few short values, never a message's content. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | null>>;

export type Action = { readonly access: Access; readonly action: string; readonly details: AuditDetails };

export type AuditedAction = {
  readonly id: string;
  readonly action: string;
  readonly user_id: string | null;
  readonly tenant_id: string | null;
  readonly details: AuditDetails;
  readonly started_at: string;
  /** Null while the action runs, and for an action that was cut short. */
  readonly ended_at: string | null;
  readonly outcome: "SUCCEEDED" | "FAILED" | null;
  readonly result: AuditDetails | null;
};

export type AuditLog = {
  /**
   * Runs `work` between two rows of the log. Without the first row the action is not run. If the second row cannot be
   * written, the action keeps its outcome, and the row is in the service's log instead.
   */
  readonly run: <T>(action: Action, work: () => Promise<T>, resultOf: (outcome: T) => AuditDetails) => Promise<T>;
  /** The newest actions first. */
  readonly list: (filter: { readonly tenantId: string | undefined; readonly limit: number }) => Promise<readonly AuditedAction[]>;
};

type ListedRow = RowDataPacket & {
  action_id: string;
  action: string;
  user_id: string | null;
  tenant_id: string | null;
  details: AuditDetails;
  at: Date;
  ended_at: Date | null;
  outcome: "SUCCEEDED" | "FAILED" | null;
  result: AuditDetails | null;
};

const timeoutMs = 5_000;

export const createAuditLog = (pool: Pool, logger: Logger): AuditLog => {
  const insert = async (id: string, phase: string, { access, action, details }: Action): Promise<void> => {
    const [userId, tenantId] = access === "unchecked" ? [null, null] : [access.userId, access.tenantId];
    const values = [id, phase, action, userId, tenantId, JSON.stringify(details)];
    await pool.query({
      sql: "INSERT INTO audit_log (action_id, phase, action, user_id, tenant_id, details) VALUES (?)",
      values: [values],
      timeout: timeoutMs,
    });
    logger.info({ audit: { action_id: id, phase, action, user_id: userId, tenant_id: tenantId, ...details } }, "audit");
  };
  const end = (id: string, phase: string, action: Action): Promise<void> =>
    insert(id, phase, action).catch((error: unknown) =>
      logger.error(
        { err: error, audit: { action_id: id, phase, ...action.details } },
        "the end of an action could not be written to the audit log",
      ),
    );

  return {
    run: async (action, work, resultOf) => {
      const id = randomUUID();
      await insert(id, "STARTED", action).catch((error: unknown) => {
        throw partAway("the audit log", error);
      });
      try {
        const outcome = await work();
        await end(id, "SUCCEEDED", { ...action, details: resultOf(outcome) });
        return outcome;
      } catch (error) {
        await end(id, "FAILED", { ...action, details: { reason: reasonOf(error) } });
        throw error;
      }
    },
    list: async ({ tenantId, limit }) => {
      const [rows] = await pool.query<ListedRow[]>({
        sql: `SELECT s.action_id, s.action, s.user_id, s.tenant_id, s.details, s.at, e.at AS ended_at, e.phase AS outcome, e.details AS result
              FROM audit_log s LEFT JOIN audit_log e ON e.action_id = s.action_id AND e.phase <> 'STARTED'
              WHERE s.phase = 'STARTED' ${tenantId === undefined ? "" : "AND s.tenant_id = ?"} ORDER BY s.id DESC LIMIT ?`,
        values: [...(tenantId === undefined ? [] : [tenantId]), limit],
        timeout: timeoutMs,
      });
      return rows.map((row) => ({
        id: row.action_id,
        action: row.action,
        user_id: row.user_id,
        tenant_id: row.tenant_id,
        details: row.details,
        started_at: row.at.toISOString(),
        ended_at: row.ended_at?.toISOString() ?? null,
        outcome: row.outcome,
        result: row.result,
      }));
    },
  };
};

/** Why an action failed, without what a log must not say: the audit log outlives the data, and more people read it. */
export const reasonOf = (error: unknown): string => {
  const { type, code, message } = loggedError(error);
  return (message ?? `${type} ${code ?? ""}`).trim().slice(0, 500);
};
