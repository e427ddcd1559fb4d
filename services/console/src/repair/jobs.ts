import { randomUUID } from "node:crypto";
import { countEvents } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import { type Projections, rebuildAll, rebuildOne, verifyReadModel } from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import type { AuditDetails, AuditLog } from "../audit/auditLog.ts";

export type JobKind = "verify" | "rebuild" | "rebuild-one";

export type JobRequest = { readonly kind: JobKind; readonly aggregateType: string; readonly aggregateId: string | undefined };

export type Job = {
  readonly id: string;
  readonly kind: JobKind;
  readonly aggregate_id: string | null;
  readonly user_id: string | null;
  /** Who may see it; `undefined` if only people who see all tenants may. */
  readonly tenantId: string | undefined;
  readonly started_at: string;
  ended_at: string | null;
  state: "RUNNING" | "SUCCEEDED" | "FAILED" | "STOPPED";
  /** Steps and findings, oldest first. The last ones, if there are many. */
  readonly lines: string[];
  result: AuditDetails | null;
  error: string | null;
};

export type Jobs = {
  readonly list: () => readonly Job[];
  /** Starts a job in this process. Rejects if another one runs. */
  readonly start: (access: Access, tenantId: string | undefined, request: JobRequest) => Job;
  /** Stops a job where it leaves nothing behind. Returns whether it ran. */
  readonly cancel: (id: string) => boolean;
  readonly stop: () => Promise<void>;
};

export type JobsOptions = {
  readonly eventStore: Pool;
  readonly readModel: Pool;
  /** Of a user who may rebuild. */
  readonly rebuild: { readonly eventStore: Pool; readonly readModel: Pool } | undefined;
  readonly projections: Projections;
  readonly audit: AuditLog;
};

const maxJobs = 20;
const maxLines = 200;
/** Milliseconds between two lines that say how far a verification is. */
const progressEveryMs = 1_000;
/** Milliseconds for which an event may be on its way before verify counts it as missing. */
const patienceMs = 30_000;

export const jobRunsProblem = { status: 409, type: "/problems/job-runs", title: "Another check or rebuild is running" } as const;
export const noRebuildProblem = {
  status: 409,
  type: "/problems/no-rebuild",
  title: "This console has no MySQL user for rebuilds",
} as const;

/** Verifications and rebuilds, one at a time, because each reads every event. They live in this process and end with it. */
export const createJobs = (options: JobsOptions): Jobs => {
  const { audit } = options;
  const jobs: Job[] = [];
  let running: { readonly job: Job; readonly abort: AbortController; readonly ended: Promise<void> } | undefined;

  const end = (job: Job, state: Job["state"], error: string | null): void => {
    job.state = state;
    job.error = error;
    job.ended_at = new Date().toISOString();
    running = undefined;
  };

  const carryOut = async (job: Job, access: Access, request: JobRequest, signal: AbortSignal): Promise<void> => {
    const report = (line: object): void => {
      job.lines.push(JSON.stringify(line));
      if (job.lines.length > maxLines) job.lines.shift();
    };
    const details = request.aggregateId === undefined ? {} : { aggregate_id: request.aggregateId };
    try {
      job.result = await audit.run(
        { access, action: `${request.kind}.run`, details },
        () => work(request, options, signal, report),
        (result) => result,
      );
      end(job, "SUCCEEDED", null);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      end(job, signal.aborted ? "STOPPED" : "FAILED", signal.aborted ? null : reason.slice(0, 1_000));
    }
  };

  return {
    list: () => jobs.toReversed(),
    start: (access, tenantId, request) => {
      if (running !== undefined) throw new HttpProblem({ ...jobRunsProblem, detail: "wait until it has ended, or stop it" });
      if (request.kind !== "verify" && options.rebuild === undefined)
        throw new HttpProblem({ ...noRebuildProblem, detail: "set REBUILD_READMODEL_URL and REBUILD_EVENTSTORE_URL" });
      const job: Job = {
        id: randomUUID(),
        kind: request.kind,
        aggregate_id: request.aggregateId ?? null,
        user_id: access === "unchecked" ? null : access.userId,
        tenantId,
        started_at: new Date().toISOString(),
        ended_at: null,
        state: "RUNNING",
        lines: [],
        result: null,
        error: null,
      };
      jobs.push(job);
      if (jobs.length > maxJobs) jobs.shift();
      const abort = new AbortController();
      running = { job, abort, ended: Promise.resolve() };
      running = { job, abort, ended: carryOut(job, access, request, abort.signal) };
      return job;
    },
    cancel: (id) => {
      if (running?.job.id !== id) return false;
      running.abort.abort(new Error("it was stopped in the console"));
      return true;
    },
    stop: async () => {
      const current = running;
      current?.abort.abort(new Error("the console stops"));
      await current?.ended;
    },
  };
};

const work = async (
  { kind, aggregateType, aggregateId }: JobRequest,
  { eventStore, readModel, rebuild, projections }: JobsOptions,
  signal: AbortSignal,
  report: (line: object) => void,
): Promise<AuditDetails> => {
  if (kind === "verify") {
    const total = await countEvents(eventStore);
    let reportedAt = performance.now();
    const progress = (done: number): void => {
      const now = performance.now();
      if (now - reportedAt < progressEveryMs && done < total) return;
      reportedAt = now;
      report({ step: "compare", events: done, total });
    };
    const { aggregates, events, differences } = await verifyReadModel({
      eventStore,
      readModel,
      projections,
      signal,
      patienceMs,
      report,
      progress,
    });
    return { aggregates, events, differences };
  }
  if (rebuild === undefined) throw new Error("this console has no MySQL user for rebuilds");
  if (aggregateId !== undefined) {
    const { version_before, version, dead_letters_cleared } = await rebuildOne(rebuild.eventStore, rebuild.readModel, projections, {
      aggregateType,
      id: aggregateId,
    });
    return { version_before, version, dead_letters_cleared };
  }
  const { events, seconds, dead_letters_cleared, cannot_project } = await rebuildAll({ ...rebuild, projections, signal, report });
  return { events, seconds, dead_letters_cleared, cannot_project };
};
