import { brokerScenarios } from "./brokers.ts";
import { calm } from "./calm.ts";
import { primaryScenarios } from "./primary.ts";
import type { Scenario } from "./scenario.ts";
import { lostSite } from "./sites.ts";
import { together } from "./together.ts";

export const scenarios: readonly Scenario[] = [calm, ...brokerScenarios, ...primaryScenarios, lostSite, together];
