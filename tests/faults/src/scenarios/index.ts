import { calm } from "./calm.ts";
import { forbidden } from "./forbidden.ts";
import { erasedAndArchived } from "./erasedAndArchived/erasedAndArchived.ts";
import { duplicates, garbage } from "./garbage.ts";
import { fullTable } from "./fullTable.ts";
import { killScenarios } from "./kills.ts";
import { movedTenant } from "./movedTenant.ts";
import { networkScenarios } from "./network.ts";
import { outageScenarios } from "./outages.ts";
import { pausedProjector, pausedRelay } from "./pauses.ts";
import { poison } from "./poison.ts";
import { rebalances } from "./rebalances.ts";
import { rebuild } from "./rebuild.ts";
import type { Scenario } from "./scenario.ts";
import { together } from "./together.ts";

export const scenarios: readonly Scenario[] = [
  calm,
  ...killScenarios,
  ...outageScenarios,
  ...networkScenarios,
  pausedRelay,
  pausedProjector,
  duplicates,
  garbage,
  poison,
  forbidden,
  fullTable,
  rebalances,
  rebuild,
  movedTenant,
  erasedAndArchived,
  together,
];
