import { collectDefaultMetrics, Registry } from "prom-client";

export type { Registry };

/** Creates a registry with the process's metrics, separate from prom-client's global one. Every metric has the label `service`. */
export const createMetricsRegistry = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // Milliseconds between two samples of the event loop's lag. At prom-client's default of 10 they are most of an idle service's CPU time.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 });
  return registry;
};
