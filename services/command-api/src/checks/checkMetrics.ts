import { Counter, type Registry } from "prom-client";
import type { ProposedChange } from "./checkMessages.ts";

export type CheckOutcome = "allowed" | "corrected" | "refused" | "away";

export type CheckMetrics = { readonly checked: (operation: ProposedChange["operation"], outcome: CheckOutcome) => void };

export const createCheckMetrics = (registry: Registry): CheckMetrics => {
  const checks = new Counter({
    name: "cart_checks_total",
    help: "Changes that the shop's check was asked about, by operation and outcome: allowed, corrected, refused, away",
    labelNames: ["operation", "outcome"],
    registers: [registry],
  });
  return { checked: (operation, outcome) => checks.inc({ operation, outcome }) };
};
