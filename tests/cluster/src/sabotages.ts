import type { Sabotage, SupervisedService } from "@cart/tests-harness";
import { waitUntil } from "@cart/tools/own-servers";
import { formerPrimary } from "./scenarios/formerPrimary.ts";
import { lackingCopy } from "./scenarios/lackingCopy.ts";
import type { Scenario, Surroundings } from "./scenarios/scenario.ts";

/**
 * A relay that works by what a former primary shows leaves it by chance if a write, or another reader, gets the connection of its
 * poll. So nothing else uses its connections: the console, which asks for figures, is away, and the leases are renewed every 30 s and
 * valid for longer than the scenario waits. Both relays hold shards, and each of them must not leave.
 */
const withQuietRelays = (scenario: Scenario): Scenario => ({
  ...scenario,
  env: { RELAY_LEASE_MS: "90000" },
  run: async (context) => {
    const { system } = context;
    const consoles = system.services().filter(({ name }) => name === "console");
    for (const relay of system.relays) await untilItHoldsShards(relay);
    await Promise.all(consoles.map((each) => each.takeAway()));
    try {
      await scenario.run(context);
    } finally {
      for (const each of consoles) each.bringBack();
    }
  },
});

/** Seconds: the first relay takes all shards, and releases half of them when it renews its leases. */
const shareWithinSeconds = 90;

const untilItHoldsShards = ({ name, url }: SupervisedService): Promise<void> =>
  waitUntil(`${name} to hold shards`, shareWithinSeconds, async () => {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    if (!/^outbox_leases_held(\{.*\})? [1-9]/m.test(await response.text())) throw new Error("it holds none");
  });

/** A pool then stays with a former primary, whatever that says, and although new connections find another one. */
const proofsOfPools: Sabotage<Surroundings>["patches"] = [
  { file: "packages/mysql/dist/pinnedConnections.js", from: "known !== undefined && known !== serverId", to: "false" },
  { file: "packages/mysql/dist/serverRole.js", from: "row?.read_only === 0", to: "true" },
];

/** Each scenario is green with its guard, in every run of the suite. */
export const sabotages: readonly Sabotage<Surroundings>[] = [
  {
    guard: "the relay's proof that it reads from the primary, and the end of its connections to a former one",
    services: ["outbox-relay"],
    patches: [...proofsOfPools, { file: "packages/mysql/dist/transaction.js", from: "isReadOnly(error)", to: "false" }],
    scenario: withQuietRelays(formerPrimary),
    symptom: /waited \d+ s for everything to be published: \d+ rows wait/,
  },
  {
    guard: "the proof that query-api's connections lead to the primary",
    services: ["query-api"],
    patches: proofsOfPools,
    scenario: formerPrimary,
    symptom: /waited \d+ s for the new carts to be shown/,
  },
  {
    guard: "the proof of an append that the event before it is stored",
    services: ["command-api"],
    patches: [{ file: "packages/event-store/dist/streams/appendStreams.js", from: ", ...predecessorsAreStored(appends)", to: "" }],
    scenario: lackingCopy,
    symptom: /was acknowledged version \d+, and \d+ is the next/,
  },
];
