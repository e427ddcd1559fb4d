import { type Route, route } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import { Type } from "typebox";
import { requireRead } from "../access/consoleAccess.ts";
import { noStore, shown } from "../http/schemas.ts";
import { databaseProblems } from "../http/consoleProblems.ts";
import { chartsSchema } from "./chartsSchema.ts";
import type { PrometheusCharts } from "./prometheusCharts.ts";

type Services = { readonly charts: PrometheusCharts | undefined };

const noPrometheusProblem = { status: 404, type: "/problems/no-prometheus", title: "This console has no Prometheus" } as const;

/** A month: what a Prometheus keeps at most by default is half of it. */
const maxHours = 720;

/** The figures of more than the hour that the console itself remembers. */
export const chartRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/api/charts",
    operationId: "getCharts",
    tag: "overview",
    summary: "Show the figures of the last hours, as Prometheus has them",
    query: Type.Object(
      { hours: Type.Optional(Type.Integer({ minimum: 1, maximum: maxHours, default: 24, description: "how far back", examples: [24] })) },
      { additionalProperties: false },
    ),
    access: requireRead,
    answers: shown("The figures.", chartsSchema),
    problems: [...databaseProblems, noPrometheusProblem],
    handle: async ({ query: { hours = 24 } }, { charts }: Services) => {
      if (charts === undefined) throw new HttpProblem({ ...noPrometheusProblem, detail: "set PROMETHEUS_URL" });
      return { status: 200, headers: noStore, body: await charts.read(hours) };
    },
  }),
];
