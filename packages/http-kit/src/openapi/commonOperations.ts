import { commonProblems, rateLimited } from "@cart/process-kit";
import { Type } from "typebox";
import { assets } from "./documentRoutes.ts";
import { type DescribedProblem, type Operation, retryLater } from "./operation.ts";

const noStore = Type.Object({ "Cache-Control": Type.Literal("no-store") });

const readinessHeaders = Type.Object({
  ...noStore.properties,
  "Instance-Id": Type.Optional(Type.String({ description: "INSTANCE_ID of the process that answers, if it has one", examples: ["pod-1"] })),
});

const revalidated = Type.Object({ ETag: Type.String(), "Cache-Control": Type.Literal("no-cache") });
const cached = Type.Object({ ETag: Type.String(), "Cache-Control": Type.Literal("public, max-age=3600") });
const ifNoneMatch = Type.Object({
  "If-None-Match": Type.Optional(
    Type.String({ description: "ETags that the client has: 304 if one of them is that of the answer", examples: ['"none"'] }),
  ),
});
const unchanged = (headers: typeof revalidated | typeof cached) => ({ description: "The client has it already.", headers });

const readiness = (status: "ready" | "not ready", database: string) =>
  Type.Object(
    {
      status: Type.Enum(["ready", "not ready", "stopping"]),
      checks: Type.Record(Type.String(), Type.String(), { description: "`ok` or the reason for the failure, by dependency" }),
    },
    { examples: [{ status, checks: { database } }] },
  );

/** Of every operation but the check that the process is serving, where strangers reach it. */
const tooManyRequests: DescribedProblem = { ...rateLimited, headers: retryLater };

/** The operations that every API has besides its own: those of `operationalRoutes` and `documentRoutes`. */
export const commonOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "/healthz",
    operationId: "getHealth",
    tag: "operation",
    summary: "Check that the process is serving",
    answers: {
      200: {
        description: "The process is serving; dependencies are not checked.",
        headers: noStore,
        content: { "application/json": Type.Object({ status: Type.Literal("ok") }) },
      },
    },
    problems: [],
    isGuarded: false,
  },
  {
    method: "GET",
    path: "/readyz",
    operationId: "getReadiness",
    tag: "operation",
    summary: "Check that the service is ready for requests",
    answers: {
      200: { description: "Ready.", headers: readinessHeaders, content: { "application/json": readiness("ready", "ok") } },
      503: {
        description: "Not ready; see `checks`.",
        headers: readinessHeaders,
        content: { "application/json": readiness("not ready", "no answer within 2000 ms") },
      },
    },
    problems: [tooManyRequests],
    isGuarded: false,
  },
  {
    method: "GET",
    path: "/metrics",
    operationId: "getMetrics",
    tag: "operation",
    summary: "Metrics for Prometheus",
    answers: { 200: { description: "The metrics in Prometheus' text format.", content: { "text/plain": Type.String() } } },
    problems: [tooManyRequests],
    isGuarded: false,
  },
  {
    method: "GET",
    path: "/openapi.json",
    operationId: "getOpenApiDocument",
    tag: "operation",
    summary: "This document",
    headers: ifNoneMatch,
    answers: {
      200: {
        description: "The document, in OpenAPI 3.1.",
        headers: revalidated,
        content: { "application/json": Type.Object({ openapi: Type.String({ examples: ["3.1.1"] }) }, { additionalProperties: true }) },
      },
      304: unchanged(revalidated),
    },
    problems: [tooManyRequests],
    isGuarded: false,
  },
  {
    method: "GET",
    path: "/docs",
    operationId: "getDocumentPage",
    tag: "operation",
    summary: "A page to read this document and to try its operations",
    headers: ifNoneMatch,
    answers: {
      200: { description: "The page.", headers: revalidated, content: { "text/html": Type.String() } },
      304: unchanged(revalidated),
    },
    problems: [tooManyRequests],
    isGuarded: false,
  },
  {
    method: "GET",
    path: "/docs/{file}",
    operationId: "getDocumentPageFile",
    tag: "operation",
    summary: "A file that the page loads",
    headers: ifNoneMatch,
    params: Type.Object({ file: Type.String({ examples: [...assets.keys()] }) }),
    answers: {
      200: { description: "The file.", headers: cached, content: { "text/css": Type.String(), "text/javascript": Type.String() } },
      304: unchanged(cached),
    },
    problems: [commonProblems.badRequest, commonProblems.notFound, tooManyRequests],
    isGuarded: false,
  },
];
