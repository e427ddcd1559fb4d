import { collectDefaultMetrics, Registry } from "prom-client";

/** A registry of its own, not prom-client's global one, with the process's metrics; every metric has the label `service`. */
export const createMetricsRegistry = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
};
