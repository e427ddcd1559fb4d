import { type Static, Type } from "typebox";
import { count } from "../http/schemas.ts";
import { pointSchema } from "./overviewSchema.ts";

/** What the charts show. Each point has the figures under the names that the overview has for them. */
export const chartPointSchema = Type.Pick(pointSchema, [
  "at",
  "commands_per_second",
  "events_per_second",
  "outbox_pending",
  "lag",
  "visible_p50_ms",
  "visible_p99_ms",
  "dead_letters",
  "timers_due",
]);

export const chartsSchema = Type.Object({
  points: Type.Array(chartPointSchema, { description: "oldest first" }),
  step_seconds: count("between two points", 240),
});

export type Charts = Static<typeof chartsSchema>;
export type ChartPoint = Static<typeof chartPointSchema>;
export type ChartFigure = Exclude<keyof ChartPoint, "at">;
