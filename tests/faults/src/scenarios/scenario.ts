import type * as harness from "@cart/tests-harness";
import type { Surroundings } from "../system/servers.ts";

export type Scenario = harness.Scenario<Surroundings>;
export type ScenarioContext = harness.ScenarioContext & Surroundings;
