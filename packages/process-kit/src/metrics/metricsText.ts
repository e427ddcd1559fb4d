import type { Registry } from "prom-client";
import type { Logger } from "../logs/createLogger.ts";
import { within } from "../within.ts";

/** Milliseconds that one metric may take. It exceeds the limit of a sampled gauge, which reports its absence itself. */
const metricTimeoutMs = 3_000;

/**
 * Returns the registry in Prometheus' text format. Each metric is read separately: a metric
 * that fails or hangs is absent, and the others are served. The log has the reason.
 */
export const metricsText = async (registry: Registry, logger: Logger): Promise<string> => {
  const texts = registry.getMetricsAsArray().map(async ({ name }) => {
    try {
      return await within(metricTimeoutMs, registry.getSingleMetricAsString(name));
    } catch (error) {
      logger.warn({ err: error, metric: name }, "a metric cannot be read");
      return `# ${name} is absent: its source does not answer`;
    }
  });
  return `${(await Promise.all(texts)).join("\n\n")}\n`;
};
