import { commonProblems } from "@cart/process-kit";
import { Type } from "typebox";
import { assets } from "./documentRoutes.ts";
import type { Operations } from "./operation.ts";

const noStore = Type.Object({ "Cache-Control": Type.Literal("no-store") });

const readinessHeaders = Type.Object({
  ...noStore.properties,
  "Instance-Id": Type.Optional(Type.String({ description: "INSTANCE_ID of the process that answers, if it has one" })),
});

const revalidated = Type.Object({ ETag: Type.String(), "Cache-Control": Type.Literal("no-cache") });
const cached = Type.Object({ ETag: Type.String(), "Cache-Control": Type.Literal("public, max-age=3600") });
const ifNoneMatch = Type.Object({
  "If-None-Match": Type.Optional(Type.String({ description: "ETags that the client has: 304 when one is that of the answer" })),
});
const unchanged = (headers: typeof revalidated | typeof cached) => ({ description: "The client has it already.", headers });

const readiness = Type.Object({
  status: Type.Enum(["ready", "not ready", "stopping"]),
  checks: Type.Record(Type.String(), Type.String(), { description: "`ok`, or why not, by what was checked" }),
});

/** What every service with an API answers beside it: `operationalRoutes` and `documentRoutes`. */
export const commonOperations: Operations = {
  "GET /healthz": {
    operationId: "getHealth",
    tag: "operation",
    summary: "Whether the process serves",
    answers: {
      200: {
        description: "It does; nothing else was asked.",
        headers: noStore,
        content: { "application/json": Type.Object({ status: Type.Literal("ok") }) },
      },
    },
    problems: [],
  },
  "GET /readyz": {
    operationId: "getReadiness",
    tag: "operation",
    summary: "Whether requests should be sent here",
    answers: {
      200: { description: "Ready.", headers: readinessHeaders, content: { "application/json": readiness } },
      503: { description: "Not ready; see `checks`.", headers: readinessHeaders, content: { "application/json": readiness } },
    },
    problems: [],
  },
  "GET /metrics": {
    operationId: "getMetrics",
    tag: "operation",
    summary: "Metrics for Prometheus",
    answers: { 200: { description: "In Prometheus' text format.", content: { "text/plain": Type.String() } } },
    problems: [],
  },
  "GET /openapi.json": {
    operationId: "getOpenApiDocument",
    tag: "operation",
    summary: "This document",
    headers: ifNoneMatch,
    answers: {
      200: {
        description: "OpenAPI 3.1.",
        headers: revalidated,
        content: { "application/json": Type.Object({ openapi: Type.String() }, { additionalProperties: true }) },
      },
      304: unchanged(revalidated),
    },
    problems: [],
  },
  "GET /docs": {
    operationId: "getDocumentPage",
    tag: "operation",
    summary: "A page to read and try this document",
    headers: ifNoneMatch,
    answers: {
      200: { description: "The page.", headers: revalidated, content: { "text/html": Type.String() } },
      304: unchanged(revalidated),
    },
    problems: [],
  },
  "GET /docs/{file}": {
    operationId: "getDocumentPageFile",
    tag: "operation",
    summary: "What the page is made with",
    headers: ifNoneMatch,
    path: Type.Object({ file: Type.String({ examples: [...assets.keys()] }) }),
    answers: {
      200: { description: "The file.", headers: cached, content: { "text/css": Type.String(), "text/javascript": Type.String() } },
      304: unchanged(cached),
    },
    problems: [commonProblems.badRequest, commonProblems.notFound],
  },
};
