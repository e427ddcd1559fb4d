import type { Registry } from "prom-client";
import { reasonOf } from "../reasonOf.ts";
import { within } from "../within.ts";

/** Milliseconds that one metric may take. It exceeds the limit of a sampled gauge, which reports its absence itself. */
const metricTimeoutMs = 3_000;

/**
 * Returns the registry in Prometheus' text format. Each metric is read separately: a metric
 * that fails or hangs is absent, with a comment that gives the reason, and the others are served.
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
