import type { Sabotage } from "@cart/tests-harness";
import { switchedPrimary } from "./scenarios/primary.ts";
import type { Surroundings } from "./scenarios/scenario.ts";

export const sabotages: readonly Sabotage<Surroundings>[] = [
  {
    guard: "the proof of the primary, and the end of connections to a former one",
    services: ["command-api", "outbox-relay", "projector", "query-api"],
    patches: [
      { file: "packages/mysql/dist/serverRole.js", from: "row?.read_only !== 0", to: "false" },
      { file: "packages/mysql/dist/transaction.js", from: "if (isReadOnly(error))", to: "if (false)" },
    ],
    scenario: switchedPrimary,
  },
];
