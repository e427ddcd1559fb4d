import type { Patch, Programs } from "@cart/tests-harness";

export type Sabotage = {
  readonly name: string;
  /** What the erasure forgets. */
  readonly place: string;
  readonly services: readonly (keyof Programs)[];
  readonly patches: readonly Patch[];
  readonly life: string;
  /** What one of the findings has to say. */
  readonly symptom: RegExp;
};

const eraseInReadModel = "packages/read-model/dist/erasure/eraseShopper.js";
const clearStreams = "packages/event-store/dist/erasure/clearStreams.js";
const sealAppends = "packages/event-store/dist/sealing/sealAppends.js";
const writers = ["command-api", "cart-abandonment"] as const;

export const sabotages: readonly Sabotage[] = [
  {
    name: "read-model",
    place: "the read model",
    services: ["projector"],
    patches: [{ file: eraseInReadModel, from: "await foldAgain(erasure, id);", to: "" }],
    life: "tokens",
    symptom: /views\.carts\.user_id/,
  },
  {
    name: "dead-letters",
    place: "dead letters",
    services: ["projector"],
    patches: [{ file: eraseInReadModel, from: "await clearDeadLetters(connection, uuidToBytes(id), isWhole);", to: "" }],
    life: "tokens",
    symptom: /views\.dead_letters\.value/,
  },
  {
    name: "timers",
    place: "timers",
    services: ["cart-abandonment"],
    patches: [
      {
        file: "services/cart-abandonment/dist/shoppers/startShopperErasures.js",
        from: "await eraseShopper(pool, { tenantId, userId });",
        to: "",
      },
    ],
    life: "tokens",
    symptom: /timers\.timers\.user_id/,
  },
  {
    name: "left-rebuild",
    place: "the tables of an interrupted rebuild",
    services: ["projector"],
    patches: [{ file: eraseInReadModel, from: "!(await dropLeftTables(readModel, erasure.projections, signal))", to: "false" }],
    life: "tokens",
    symptom: /views\.rebuild_carts\.user_id/,
  },
  {
    name: "snapshots",
    place: "the seal of snapshots",
    services: writers,
    patches: [{ file: sealAppends, from: "JSON.stringify(sealSnapshot(keyOf, snapshot))", to: "snapshot.state" }],
    life: "tokens",
    symptom: /restored backup: \.snapshots\.state/,
  },
  {
    name: "metadata",
    place: "the removal of the client's correlation id",
    services: writers,
    patches: [{ file: sealAppends, from: "correlation_id: metadata.causation_id", to: "correlation_id: metadata.correlation_id" }],
    life: "tokens",
    symptom: /events\.events\.metadata/,
  },
  {
    name: "keys",
    place: "the destruction of keys",
    services: ["command-api"],
    patches: [{ file: "services/command-api/dist/erasures/clearPlaces.js", from: "await destroyKeys(shopper, record);", to: "" }],
    life: "tokens",
    symptom: /restored backup: opened/,
  },
  {
    name: "keys-again",
    place: "the second destruction of keys",
    services: ["command-api"],
    patches: [
      {
        file: "services/command-api/dist/erasures/clearPlaces.js",
        from: "keys: async ({ shopper }) => {",
        to: "keys: async ({ shopper }, pass) => {",
      },
      {
        file: "services/command-api/dist/erasures/clearPlaces.js",
        from: "await destroyKeys(shopper, record);",
        to: 'if (pass === "first") await destroyKeys(shopper, record);',
      },
    ],
    life: "shops-on",
    symptom: /^views\.cart_items\.name/,
  },
  {
    name: "keys-after-restore",
    place: "the destruction of keys that a restored key store has again",
    services: ["command-api"],
    patches: [{ file: "services/command-api/dist/erasures/redoErasures.js", from: "again += await destroyAgain(keyIds);", to: "" }],
    life: "restored",
    symptom: /^after a restore of both: views\.carts\.user_id/,
  },
  {
    name: "answers-after-restore",
    place: "stored answers that a restored event store has again",
    services: ["migrations"],
    patches: [
      {
        file: "migrations/dist/src/recallErasures.js",
        from: "answers: await deleteErasedAnswers({ eventStore, keyStore }),",
        to: "answers: 0,",
      },
    ],
    life: "restored",
    symptom: /^stored answers: /,
  },
  {
    name: "reminder-slots",
    place: "the days of reminders",
    services: ["cart-abandonment"],
    patches: [{ file: "services/cart-abandonment/dist/shoppers/eraseShopper.js", from: 'await remove("reminder_slots");', to: "" }],
    life: "tokens",
    symptom: /timers\.reminder_slots\.user_id/,
  },
  {
    name: "stored-answers",
    place: "stored answers",
    services: ["command-api"],
    patches: [{ file: clearStreams, from: "const answers = await affected(", to: "const answers = 0; void (" }],
    life: "tokens",
    symptom: /^stored answers: /,
  },
  {
    name: "outbox",
    place: "the wait for outbox rows in plain text",
    services: ["command-api"],
    patches: [{ file: clearStreams, from: "is_plain === 1).length };", to: "is_plain === 2).length };" }],
    life: "stored",
    // The row is gone when the search begins, because it was published.
    symptom: /cart-events value/,
  },
];
