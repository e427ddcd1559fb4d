import { type Access, invalidField, type Route, route, text as clientText } from "@cart/http-kit";
import { findTenants, type Projections } from "@cart/read-model";
import type { Pool } from "mysql2/promise";
import { type Static, Type } from "typebox";
import { onlyTenant, requireAllTenants, requireRead, requireRepair } from "../access/consoleAccess.ts";
import type { AuditLog } from "../audit/auditLog.ts";
import { databaseProblems, notFoundKind, nothingToRepair } from "../http/consoleProblems.ts";
import { count, noStore, nullable, shown, text, time, uuid } from "../http/schemas.ts";
import { type Job, jobRunsProblem, type Jobs, noRebuildProblem } from "./jobs.ts";

const kinds = ["verify", "rebuild", "rebuild-one"] as const;

const jobSchema = Type.Object({
  id: uuid("the job"),
  kind: Type.Enum([...kinds]),
  aggregate_id: nullable(uuid("the cart or policy that is rebuilt; null for the whole read model")),
  user_id: nullable(text("who started it", "support-7")),
  started_at: time("when it started"),
  ended_at: nullable(time("when it ended; null while it runs")),
  state: Type.Enum(["RUNNING", "SUCCEEDED", "FAILED", "STOPPED"]),
  lines: Type.Array(text("a step or a finding, as JSON", '{"step":"fold","events":500}'), { description: "at most the last 200" }),
  result: nullable(
    Type.Unsafe<Record<string, string | number | boolean | null>>(
      Type.Object(
        {},
        { additionalProperties: true, description: "how it ended", examples: [{ aggregates: 12, events: 80, differences: 0 }] },
      ),
    ),
  ),
  error: nullable(text("why it failed", "another rebuild of this read model is running")),
});

export const jobsSchema = Type.Object({
  jobs: Type.Array(jobSchema, { description: "of this process, newest first" }),
  kept: count("jobs that are kept", 20),
});

const requestSchema = Type.Object(
  {
    kind: Type.Enum([...kinds]),
    aggregate_type: Type.Optional(clientText({ maxLength: 64, description: "what aggregate_id is; Cart if left out", examples: ["Cart"] })),
    aggregate_id: Type.Optional(uuid("the cart or policy to rebuild")),
  },
  { additionalProperties: false, examples: [{ kind: "verify" }] },
);

type Services = { readonly jobs: Jobs; readonly audit: AuditLog; readonly readModel: Pool; readonly projections: Projections };

/** Verification and rebuild of the read model. */
export const jobRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/api/jobs",
    operationId: "listJobs",
    tag: "repair",
    summary: "List the verifications and rebuilds that this console has run",
    access: requireRead,
    answers: shown("The jobs.", jobsSchema),
    handle: ({ access }, { jobs }: Services) => ({
      status: 200,
      headers: noStore,
      body: {
        jobs: jobs
          .list()
          .filter((job) => mayHandle(access, job))
          .map(toView),
        kept: 20,
      },
    }),
  }),
  route({
    method: "POST",
    path: "/api/jobs",
    operationId: "startJob",
    tag: "repair",
    summary: "Verify the read model, or rebuild it or one cart or policy of it",
    body: { schema: requestSchema, required: true },
    access: requireRepair,
    answers: { 202: { description: "It has started.", content: { "application/json": jobSchema } } },
    problems: [...databaseProblems, notFoundKind, jobRunsProblem, noRebuildProblem],
    handle: async ({ body, access }, { jobs, readModel, projections }: Services) => {
      const request = { kind: body.kind, aggregateType: body.aggregate_type ?? "Cart", aggregateId: body.aggregate_id?.toLowerCase() };
      const tenantId = await tenantOf(access, request, readModel, projections);
      return { status: 202, body: toView(jobs.start(access, tenantId, request)) };
    },
  }),
  route({
    method: "DELETE",
    path: "/api/jobs/{id}",
    operationId: "stopJob",
    tag: "repair",
    summary: "Stop a verification or rebuild",
    params: Type.Object({ id: uuid("the job") }),
    access: requireRepair,
    answers: { 204: { description: "It stops." } },
    problems: [...databaseProblems, notFoundKind],
    handle: async ({ params, access }, { jobs, audit }: Services) => {
      const job = jobs.list().find(({ id }) => id === params.id);
      if (job === undefined || !mayHandle(access, job) || job.state !== "RUNNING") throw nothingToRepair("no such job is running");
      await audit.run(
        { access, action: `${job.kind}.stop`, details: job.aggregate_id === null ? {} : { aggregate_id: job.aggregate_id } },
        async () => jobs.cancel(job.id),
        (stopped) => ({ stopped }),
      );
      return { status: 204 };
    },
  }),
];

const mayHandle = (access: Access, { tenantId }: Job): boolean => {
  const tenant = onlyTenant(access);
  return tenant === undefined || tenantId === tenant;
};

type Request = { readonly kind: Job["kind"]; readonly aggregateType: string; readonly aggregateId: string | undefined };

/** The tenant whose job it is; refuses a token that may not do this for it. */
const tenantOf = async (
  access: Access,
  { kind, aggregateType, aggregateId }: Request,
  readModel: Pool,
  projections: Projections,
): Promise<string | undefined> => {
  if ((kind === "rebuild-one") !== (aggregateId !== undefined))
    throw invalidField("aggregate_id", "is needed for the kind rebuild-one, and for no other");
  if (!projections.some((projection) => projection.aggregateType === aggregateType))
    throw invalidField("aggregate_type", "is not one of the read model");
  const tenant = onlyTenant(access);
  if (aggregateId === undefined || tenant === undefined) {
    requireAllTenants(access);
    return undefined;
  }
  const found = await findTenants(readModel, projections, [{ aggregateType, aggregateId }]);
  if (found({ aggregateType, aggregateId }) !== tenant) throw nothingToRepair("the read model does not have this cart or policy");
  return tenant;
};

const toView = ({ tenantId: _tenantId, ...job }: Job): Static<typeof jobSchema> => ({ ...job, lines: [...job.lines] });
