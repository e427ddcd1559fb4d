import { deciderSpec } from "@cart/testkit";
import { expect } from "chai";
import { tenantPolicyDecider, tenantPolicyId } from "./tenantPolicyAggregate.ts";
import type { PolicyChoices, TenantPolicyCommand } from "./tenantPolicyCommands.ts";
import type { PolicyData, TenantPolicyEvent } from "./tenantPolicyEvents.ts";

const { given } = deciderSpec(tenantPolicyDecider);

const least: PolicyChoices = { title: "Standard", abandonedMinutes: 60 };
const all: PolicyChoices = {
  ...least,
  quietTimeFrom: "22:00:00",
  quietTimeTo: "07:30:00",
  timeZone: "Europe/Berlin",
  reminders: [60, 1440, 7200],
  checkoutAbandonedMinutes: 120,
  overtakenReminders: "move",
  maxRemindersPerDay: 2,
};
const create = (choices: PolicyChoices): TenantPolicyCommand => ({ type: "CreateTenantCartAbandonedPolicy", tenantId: "shop-1", choices });
const update = (choices: PolicyChoices): TenantPolicyCommand => ({ type: "UpdateTenantCartAbandonedPolicy", choices });

const leastData: PolicyData = {
  tenant_id: "shop-1",
  title: "Standard",
  abandoned_minutes: 60,
  quiet_time_from: null,
  quiet_time_to: null,
  time_zone: "UTC",
  reminders: [],
  checkout_abandoned_minutes: null,
  overtaken_reminders: "skip",
  max_reminders_per_day: null,
};
const allData: PolicyData = {
  ...leastData,
  quiet_time_from: "22:00:00",
  quiet_time_to: "07:30:00",
  time_zone: "Europe/Berlin",
  reminders: [60, 1440, 7200],
  checkout_abandoned_minutes: 120,
  overtaken_reminders: "move",
  max_reminders_per_day: 2,
};
const created = (data: PolicyData): TenantPolicyEvent => ({ type: "TenantCartAbandonedPolicyCreated", data });
const removed: TenantPolicyEvent = { type: "TenantCartAbandonedPolicyRemoved", data: { tenant_id: "shop-1" } };
const remove: TenantPolicyCommand = { type: "RemoveTenantCartAbandonedPolicy" };
const updated = (data: PolicyData): TenantPolicyEvent => ({ type: "TenantCartAbandonedPolicyUpdated", data });

describe("tenant's cart-abandoned policy", () => {
  it("is created with the given fields and the defaults of the omitted ones", () => {
    given([])
      .when(create(all))
      .then([created(allData)]);
    given([])
      .when(create(least))
      .then([created(leastData)]);
    given([])
      .when(create({ ...least, quietTimeFrom: null, quietTimeTo: null }))
      .then([created(leastData)]);
  });

  it("cannot be created twice", () => {
    given([created(leastData)])
      .when(create(least))
      .thenRejects("POLICY_EXISTS");
  });

  it("is replaced by an update, which resets omitted fields to their defaults", () => {
    given([created(leastData)])
      .when(update(all))
      .then([updated(allData)]);
    given([created(allData)])
      .when(update(least))
      .then([updated(leastData)]);
  });

  it("appends no event for an update that changes nothing", () => {
    given([created(allData)])
      .when(update(all))
      .then([]);
    given([created(leastData), updated(allData)])
      .when(update(all))
      .then([]);
    given([created(leastData)])
      .when(update({ ...least, timeZone: "UTC", reminders: [], checkoutAbandonedMinutes: null, overtakenReminders: "skip" }))
      .then([]);
  });

  it("cannot be updated if it does not exist", () => {
    given([]).when(update(least)).thenRejects("POLICY_NOT_FOUND");
  });

  it("is removed, and can then be created again but not updated", () => {
    given([created(allData)])
      .when(remove)
      .then([removed]);
    given([created(allData), removed])
      .when(create(least))
      .then([created(leastData)]);
    given([created(allData), removed])
      .when(update(least))
      .thenRejects("POLICY_NOT_FOUND");
  });

  it("cannot be removed if it does not exist", () => {
    given([]).when(remove).thenRejects("POLICY_NOT_FOUND");
    given([created(leastData), removed])
      .when(remove)
      .thenRejects("POLICY_NOT_FOUND");
  });

  it("refuses quiet times, time zones and reminders that no worker could follow", () => {
    const refused: readonly [changes: Partial<PolicyChoices>, code: string, field: string][] = [
      [{ quietTimeFrom: "22:00:00" }, "QUIET_TIME_INVALID", "quiet_time_to"],
      [{ quietTimeTo: "22:00:00", quietTimeFrom: null }, "QUIET_TIME_INVALID", "quiet_time_from"],
      [{ quietTimeFrom: "22:00:00", quietTimeTo: "22:00:00" }, "QUIET_TIME_INVALID", "quiet_time_to"],
      [{ timeZone: "Europe/Atlantis" }, "TIME_ZONE_UNKNOWN", "time_zone"],
      [{ timeZone: "+01:00" }, "TIME_ZONE_UNKNOWN", "time_zone"],
      [{ timeZone: "" }, "TIME_ZONE_UNKNOWN", "time_zone"],
      [{ reminders: [60, 60] }, "REMINDERS_INVALID", "reminders"],
      [{ reminders: [60, 30] }, "REMINDERS_INVALID", "reminders"],
      [{ reminders: Array.from({ length: 11 }, (_, index) => index + 1) }, "REMINDERS_INVALID", "reminders"],
    ];
    for (const [changes, code, field] of refused) {
      given([])
        .when(create({ ...least, ...changes }))
        .thenRejects(code, field);
      given([created(leastData)])
        .when(update({ ...least, ...changes }))
        .thenRejects(code, field);
    }
  });

  it("accepts the names of all kinds of time zones", () => {
    for (const time_zone of ["America/New_York", "Asia/Kolkata", "Etc/GMT+3", "GMT"]) {
      given([])
        .when(create({ ...least, timeZone: time_zone }))
        .then([created({ ...leastData, time_zone })]);
    }
  });

  it("refuses to fold a stream that the decider cannot have written", () => {
    const { evolve, initialState } = tenantPolicyDecider;
    expect(() => evolve(initialState, updated(leastData))).to.throw("TenantCartAbandonedPolicyUpdated cannot follow a policy that is NONE");
    expect(() => [created(leastData), created(leastData)].reduce(evolve, initialState)).to.throw(
      "TenantCartAbandonedPolicyCreated cannot follow a policy that is ACTIVE",
    );
    expect(() => [created(leastData), removed, removed].reduce(evolve, initialState)).to.throw(
      "TenantCartAbandonedPolicyRemoved cannot follow a policy that is REMOVED",
    );
  });
});

describe("tenantPolicyId", () => {
  it("always returns the same UUID for the same tenant", () => {
    expect(tenantPolicyId("default")).to.equal("34956b28-8beb-5341-8fb8-f77c570cb2a3");
    expect(tenantPolicyId("Default")).not.to.equal(tenantPolicyId("default"));
  });
});
