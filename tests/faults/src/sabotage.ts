import type { Sabotage } from "@cart/tests-harness";
import { calm } from "./scenarios/calm.ts";
import { erasedAndArchivedFor } from "./scenarios/erasedAndArchived/erasedAndArchived.ts";
import { duplicates } from "./scenarios/garbage.ts";
import { movedTenant } from "./scenarios/movedTenant.ts";
import type { Surroundings } from "./system/servers.ts";

const archiveStream = "packages/event-store/dist/archive/archiveStream.js";
const putObject = "storage.put(objectKey, await encodeArchive({ aggregateType, aggregateId, tenantId, events }));";

/** Seconds of faults in which the job is killed a few times at least. */
const shortErasedAndArchived = erasedAndArchivedFor(8);

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
  {
    guard: "the object that is written before anything is removed",
    services: ["command-api"],
    patches: [
      { file: archiveStream, from: `await ${putObject}`, to: "" },
      { file: archiveStream, from: "await decodeArchive(objectKey, await storage.get(objectKey))", to: "{ sha256 }" },
      // The job writes the object after the removal. It is killed in between.
      {
        file: archiveStream,
        from: "await endRemoval(pool, stream);\n    return outcome;",
        to: `await new Promise((resolve) => setTimeout(resolve, 200));
          const { aggregateType, aggregateId, tenantId } = stream;
          await ${putObject}
          await endRemoval(pool, stream);
          return outcome;`,
      },
    ],
    scenario: shortErasedAndArchived,
    symptom: /is archived, but its object \S+ is missing/,
  },
  {
    guard: "the projector's overwriting of erased shoppers",
    services: ["projector"],
    patches: [{ file: "packages/read-model/dist/erasure/eraseShopper.js", from: "await foldAgain(erasure, id);", to: "" }],
    scenario: shortErasedAndArchived,
    symptom: /an erased shopper is still in views\.carts\.user_id/,
  },
];
