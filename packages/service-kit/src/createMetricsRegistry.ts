import { collectDefaultMetrics, Registry } from "prom-client";

/** A registry of its own, not prom-client's global one, with the process's metrics; every metric has the label `service`. */
export const createMetricsRegistry = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // Milliseconds. At prom-client's own 10 this timer is most of what an idle service costs.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return registry;
};
