import { type DescribedProblem, type Route, route, text as clientText } from "@cart/http-kit";
import { Type } from "typebox";
import type { AuditDetails, AuditLog } from "../audit/auditLog.ts";
import { requireRead, requireRepair } from "../access/consoleAccess.ts";
import { databaseProblems, notFoundKind } from "../http/consoleProblems.ts";
import { noStore, shown } from "../http/schemas.ts";
import type { Choice, DeadLetterRepair } from "./deadLetterRepair.ts";
import { choiceSchema, deadLetterSchema, deadLettersSchema, discardedSchema, retriedSchema } from "./deadLetterSchemas.ts";

type Services = { readonly deadLetters: DeadLetterRepair; readonly audit: AuditLog };

const problems: readonly DescribedProblem[] = [...databaseProblems, notFoundKind];

const listQuery = Type.Object(
  {
    reason: Type.Optional(clientText({ maxLength: 64, description: "only with this reason_code", examples: ["VERSION_GAP"] })),
    aggregate_id: Type.Optional(
      Type.String({ format: "uuid", description: "only of this cart or policy", examples: ["550e8400-e29b-41d4-a716-446655440000"] }),
    ),
    after_id: Type.Optional(Type.Integer({ minimum: 0, description: "the `next_after_id` of the page before", examples: [0] })),
  },
  { additionalProperties: false },
);

const pageSize = 100;

/** Messages that could not be projected: to look at, to retry and to discard. */
export const deadLetterRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/api/dead-letters",
    operationId: "listDeadLetters",
    tag: "repair",
    summary: "List the messages that could not be projected",
    query: listQuery,
    access: requireRead,
    answers: shown("A page of messages.", deadLettersSchema),
    problems: databaseProblems,
    handle: async ({ query, access }, { deadLetters }: Services) => {
      const { reason, aggregate_id: aggregateId, after_id: afterId } = query;
      const [reasons, listed] = await Promise.all([
        deadLetters.countByReason(access),
        deadLetters.list(access, { reason, aggregateId: aggregateId?.toLowerCase(), afterId, limit: pageSize }),
      ]);
      return {
        status: 200,
        headers: noStore,
        body: {
          reasons: [...reasons].map(([code, letters]) => ({ reason_code: code, dead_letters: letters })),
          dead_letters: [...listed],
          next_after_id: listed.length < pageSize ? null : (listed.at(-1)?.id ?? null),
        },
      };
    },
  }),
  route({
    method: "GET",
    path: "/api/dead-letters/{id}",
    operationId: "getDeadLetter",
    tag: "repair",
    summary: "Show a message that could not be projected, as Kafka had it",
    params: Type.Object({ id: Type.Integer({ minimum: 1, examples: [1] }) }),
    access: requireRead,
    answers: shown("The message.", deadLetterSchema),
    problems,
    handle: async ({ params, access }, { deadLetters }: Services) => {
      const { headers, ...letter } = await deadLetters.show(access, params.id);
      return { status: 200, headers: noStore, body: { ...letter, headers: [...headers] } };
    },
  }),
  route({
    method: "POST",
    path: "/api/dead-letter-retries",
    operationId: "retryDeadLetters",
    tag: "repair",
    summary: "Project messages again, in their order",
    description: "Works for a few seconds at most: while `next_after_id` is not null, send it as `after_id` to go on.",
    body: { schema: choiceSchema, required: true },
    access: requireRepair,
    answers: shown("What became of them.", retriedSchema),
    problems,
    handle: async ({ body, access }, { deadLetters, audit }: Services) => ({
      status: 200,
      headers: noStore,
      body: await audit.run(
        { access, action: "dead-letters.retry", details: detailsOf(body) },
        () => deadLetters.retry(access, body),
        ({ projected, duplicates, failed_queues }) => ({ projected, duplicates, failed_queues }),
      ),
    }),
  }),
  route({
    method: "POST",
    path: "/api/dead-letter-discards",
    operationId: "discardDeadLetters",
    tag: "repair",
    summary: "Delete messages that are no events of their carts",
    description: "Works for a few seconds at most: while `next_after_id` is not null, send it as `after_id` to go on.",
    body: { schema: choiceSchema, required: true },
    access: requireRepair,
    answers: shown("What became of them.", discardedSchema),
    problems,
    handle: async ({ body, access }, { deadLetters, audit }: Services) => ({
      status: 200,
      headers: noStore,
      body: await audit.run(
        { access, action: "dead-letters.discard", details: detailsOf(body) },
        () => deadLetters.discard(access, body),
        ({ discarded, gaps }) => ({ discarded, gaps }),
      ),
    }),
  }),
];

const detailsOf = ({ id, aggregate_id: aggregateId, reason }: Choice): AuditDetails => ({
  ...(id === undefined ? {} : { id }),
  ...(aggregateId === undefined ? {} : { aggregate_id: aggregateId }),
  ...(reason === undefined ? {} : { reason }),
});
