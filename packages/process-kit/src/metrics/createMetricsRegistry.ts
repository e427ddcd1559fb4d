import { collectDefaultMetrics, Registry } from "prom-client";

export type { Registry };

/** A registry of its own, not prom-client's global one, with the process's metrics; every metric has the label `service`. */
export const createMetricsRegistry = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // Milliseconds between two looks at how late the event loop is. At prom-client's own 10 they are most of what an idle service costs.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 });
  return registry;
};
