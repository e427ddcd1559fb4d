import type { Sabotage } from "@cart/tests-harness";
import { calm } from "./scenarios/calm.ts";
import { duplicates } from "./scenarios/garbage.ts";
import { movedTenant } from "./scenarios/movedTenant.ts";
import type { Surroundings } from "./system/servers.ts";

export const sabotages: readonly Sabotage<Surroundings>[] = [
  {
    guard: "the projector's version guard",
    services: ["projector"],
    patches: [
      { file: "packages/read-model/dist/projection/projectBatch.js", from: "isOfThisType && version <= state.version", to: "false" },
      { file: "packages/read-model/dist/projection/projection.js", from: "if (version !== state.version + 1)", to: "if (false)" },
    ],
    scenario: duplicates,
  },
  {
    guard: "the relay's lease",
    services: ["outbox-relay"],
    patches: [
      {
        file: "services/outbox-relay/dist/leases/shardLeases.js",
        from: "performance.now() < validUntil ? shards : []",
        to: "Array.from({ length: 16 }, (_, shard) => shard)",
      },
    ],
    scenario: calm,
  },
  {
    guard: "the question of an append whether its tenant moves",
    services: ["command-api"],
    patches: [{ file: "packages/event-store/dist/streams/appendStreams.js", from: "tenantsAreOpen(tenantIds)", to: '{ sql: "TRUE" }' }],
    scenario: movedTenant,
  },
];
