import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";

type Dashboard = { readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[] };
type AlertRules = { readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[] };

const dashboards = join(repositoryRoot, "infra/grafana/dashboards");
const alerts = join(repositoryRoot, "infra/prometheus/alerts.yml");

/** The names of the series in the queries of the dashboards and alerts. Throws if an expression is not valid PromQL. */
export const monitoredSeries = (): ReadonlySet<string> => new Set([...dashboardExpressions(), ...alertExpressions()].flatMap(seriesOf));

const dashboardExpressions = (): string[] =>
  readdirSync(dashboards)
    .map((file) => JSON.parse(readFileSync(join(dashboards, file), "utf8")) as Dashboard)
    .flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));

const alertExpressions = (): string[] =>
  (parse(readFileSync(alerts, "utf8")) as AlertRules).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));

const seriesOf = (expression: string): string[] => {
  // Grafana replaces this variable with a duration.
  const query = expression.replaceAll("$__rate_interval", "5m");
  const names: string[] = [];
  parser.parse(query).iterate({
    enter: ({ type, node, from, to }) => {
      if (type.isError) throw new Error(`invalid PromQL at character ${from}: ${query}`);
      if (type.name === "Identifier" && node.parent?.name === "VectorSelector") names.push(query.slice(from, to));
    },
  });
  return names;
};
