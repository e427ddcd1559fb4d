import type { Registry } from "prom-client";
import { reasonOf } from "../reasonOf.ts";
import { within } from "../within.ts";

/** Longest time that one metric may take. Above the limit of a sampled gauge, which then says by itself that it is absent. */
const metricTimeoutMs = 3_000;

/**
 * The registry in Prometheus' text format. Each metric is read for itself: one that
 * fails or hangs is absent, with a comment that says why, and the others are served.
 */
export const metricsText = async (registry: Registry): Promise<string> => {
  const texts = registry.getMetricsAsArray().map(async ({ name }) => {
    try {
      return await within(metricTimeoutMs, registry.getSingleMetricAsString(name));
    } catch (error) {
      return `# ${name} is absent: ${reasonOf(error)}`;
    }
  });
  return `${(await Promise.all(texts)).join("\n\n")}\n`;
};
