import { expect } from "chai";
import * as fc from "fast-check";
import { DomainError } from "../domainError.ts";
import { tenantPolicyAggregate, tenantPolicyDecider, tenantPolicyEventCodec } from "./tenantPolicyAggregate.ts";
import { maxReminders, type PolicyChoices, type TenantPolicyCommand } from "./tenantPolicyCommands.ts";
import type { TenantPolicyEvent } from "./tenantPolicyEvents.ts";
import type { TenantPolicy } from "./tenantPolicyState.ts";

/** Lists the defects of a policy; the list is empty for every policy that may exist. */
const broken = (policy: TenantPolicy): readonly string[] => {
  if (policy.status !== "ACTIVE") return [];
  const { quietTime, reminders } = policy;
  const rules: readonly [rule: string, holds: boolean][] = [
    ["the tenant of its first command", policy.tenantId === "shop-1"],
    ["a quiet time that ends", quietTime?.from !== quietTime?.to || quietTime === null],
    ["a bounded number of reminders", reminders.length <= maxReminders],
    ["reminders one after the other", reminders.every((minutes, index) => minutes > (reminders[index - 1] ?? 0))],
    ["a zone that a clock can be asked for", Intl.DateTimeFormat("en", { timeZone: policy.timeZone }) !== undefined],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule);
};

const localTime = fc.option(fc.constantFrom("22:00:00", "07:30:00", "00:00:00"), { nil: undefined });
const choices: fc.Arbitrary<PolicyChoices> = fc.record({
  title: fc.constantFrom("Standard", "Patient"),
  abandonedMinutes: fc.constantFrom(1, 43_200),
  quietTimeFrom: localTime,
  quietTimeTo: localTime,
  timeZone: fc.option(fc.constantFrom("UTC", "Europe/Berlin", "Nowhere"), { nil: undefined }),
  reminders: fc.option(fc.array(fc.integer({ min: 1, max: 43_200 }), { maxLength: maxReminders + 1 }), { nil: undefined }),
  checkoutAbandonedMinutes: fc.constantFrom(undefined, null, 1),
  overtakenReminders: fc.constantFrom(undefined, "skip", "move"),
  maxRemindersPerDay: fc.constantFrom(undefined, null, 2),
});
const command: fc.Arbitrary<TenantPolicyCommand> = choices.chain((value) =>
  fc.constantFrom<TenantPolicyCommand>(
    { type: "CreateTenantCartAbandonedPolicy", tenantId: "shop-1", choices: value },
    { type: "UpdateTenantCartAbandonedPolicy", choices: value },
    { type: "RemoveTenantCartAbandonedPolicy" },
    { type: "UpdateTenantCartAbandonedPolicy", choices: { ...value, quietTimeFrom: null, quietTimeTo: null, reminders: [5, 10] } },
  ),
);
const commands = fc.array(command, { maxLength: 30, size: "max" });

type History = { readonly events: readonly TenantPolicyEvent[]; readonly states: readonly TenantPolicy[] };

/** Executes the commands and skips those that are refused; `states` has the policy before the first event and after each event. */
const play = (all: readonly TenantPolicyCommand[]): History => {
  const events: TenantPolicyEvent[] = [];
  const states: TenantPolicy[] = [tenantPolicyDecider.initialState];
  for (const one of all) {
    const before = states.at(-1) ?? tenantPolicyDecider.initialState;
    try {
      for (const event of tenantPolicyDecider.decide(one, before, 0)) {
        tenantPolicyEventCodec.assertValid(event);
        events.push(event);
        states.push(tenantPolicyDecider.evolve(before, event));
        expect(states.at(-1), "a command that changes nothing says nothing").not.to.deep.equal(before);
      }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return { events, states };
};

describe("any commands to a policy", () => {
  it("never put it into an invalid state", () => {
    fc.assert(
      fc.property(commands, (all) => {
        for (const policy of play(all).states) expect(broken(policy)).to.deep.equal([]);
      }),
    );
  });

  it("fold to the same policy from the first event and from a snapshot at any version", () => {
    const { toJson, fromJson } = tenantPolicyAggregate.snapshots;
    fc.assert(
      fc.property(commands, fc.nat(), (all, seed) => {
        const { events, states } = play(all);
        const at = seed % states.length;
        const snapshot: unknown = JSON.parse(JSON.stringify(toJson(states[at] ?? tenantPolicyDecider.initialState)));
        expect(events.slice(at).reduce(tenantPolicyDecider.evolve, fromJson(snapshot))).to.deep.equal(states.at(-1));
      }),
    );
  });

  it("reach policies that were updated, so that the properties are not vacuous", () => {
    const longest = Math.max(...fc.sample(commands, { numRuns: 100, seed: 6 }).map((all) => play(all).events.length));
    expect(longest).to.be.greaterThan(3);
  });
});
