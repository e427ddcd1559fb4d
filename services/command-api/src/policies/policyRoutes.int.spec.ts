import { tenantPolicyAggregate, tenantPolicyId } from "@cart/domain";
import { eventStoreTables } from "@cart/event-store/testing";
import { loadStreams } from "@cart/event-store";
import { migrateEventStore } from "@cart/migrations";
import { bearer, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { type CommandApi, type Reply, startCommandApi } from "../testing/startCommandApi.ts";

const least = { title: "Standard", abandoned_minutes: 60 };
const all = {
  ...least,
  quiet_time_from: "22:00:00",
  quiet_time_to: "07:30:00",
  time_zone: "Europe/Berlin",
  reminders: [60, 1440, 7200],
  checkout_abandoned_minutes: 120,
  overtaken_reminders: "move",
  max_reminders_per_day: 1,
};
const path = (tenant: string): string => `/tenants/${encodeURIComponent(tenant)}/cart-abandoned-policies`;

describe("policy routes", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  /** Two processes on one database. */
  let api: CommandApi;
  let other: CommandApi;
  let tenants = 0;
  const newTenant = (): string => `shop/${(tenants += 1)} ☕`;
  before(async () => {
    let time = Date.UTC(2025, 10, 20, 16, 30);
    const now = (): Date => new Date(time++);
    api = await startCommandApi(database.url(), now);
    other = await startCommandApi(database.url(), now);
  });
  after(async () => {
    await api.stop();
    await other.stop();
  });

  const typesOf = ({ json }: Reply): unknown => (json["events"] as { type: string }[]).map(({ type }) => type);
  const expectProblem = (reply: Reply, status: number, type: string, fields?: readonly string[]): void => {
    expect([reply.status, reply.json["type"]], reply.text).to.deep.equal([status, `/problems/${type}`]);
    if (fields !== undefined) expect((reply.json["errors"] as { field: string }[]).map(({ field }) => field)).to.deep.equal(fields);
  };

  it("create and update the one policy of a tenant, with its version as the ETag", async () => {
    const tenant = newTenant();
    const steps: readonly [method: string, body: object, events: readonly string[], version: number][] = [
      ["POST", least, ["TenantCartAbandonedPolicyCreated"], 1],
      ["PUT", all, ["TenantCartAbandonedPolicyUpdated"], 2],
      ["PUT", all, [], 2],
      ["PUT", { ...least, quiet_time_from: null, quiet_time_to: null }, ["TenantCartAbandonedPolicyUpdated"], 3],
    ];
    for (const [method, body, events, version] of steps) {
      const reply = await api.send(method, path(tenant), body);
      expect([reply.status, typesOf(reply), reply.json["version"]], reply.text).to.deep.equal([200, events, version]);
      expect([reply.headers.get("etag"), reply.json["aggregate_id"]]).to.deep.equal([`"${version}"`, tenantPolicyId(tenant)]);
    }
    const stream = (await loadStreams(api.pool, tenantPolicyAggregate, [tenantPolicyId(tenant)])).get(tenantPolicyId(tenant));
    expect(stream?.state).to.deep.include({ tenantId: tenant, timeZone: "UTC", quietTime: null, reminders: [] });
    const outbox = await eventStoreTables(api.pool).outbox.rows({ aggregate_id: tenantPolicyId(tenant) });
    expect(outbox.map(({ aggregate_type, version }) => [aggregate_type, version])).to.deep.equal([1, 2, 3].map((n) => ["TenantPolicy", n]));
  });

  it("remove a policy, after which the tenant may have another one", async () => {
    const tenant = newTenant();
    expectProblem(await api.send("DELETE", path(tenant)), 404, "not-found");
    await api.send("POST", path(tenant), all);
    expectProblem(await api.send("DELETE", path(tenant), undefined, { "If-Match": '"7"' }), 412, "version-mismatch");
    const removed = await api.send("DELETE", path(tenant), undefined, { "If-Match": '"1"' });
    expect([removed.status, typesOf(removed)]).to.deep.equal([200, ["TenantCartAbandonedPolicyRemoved"]]);
    expectProblem(await api.send("DELETE", path(tenant)), 404, "not-found");
    expectProblem(await other.send("PUT", path(tenant), least), 404, "not-found");
    const again = await other.send("POST", path(tenant), least);
    expect([again.status, again.json["version"]]).to.deep.equal([200, 3]);
  });

  it("refuse a second creation, also by another process, and an update of nothing", async () => {
    const tenant = newTenant();
    expectProblem(await api.send("PUT", path(tenant), least), 404, "not-found");
    const both = await Promise.all([api, other].map((one) => one.send("POST", path(tenant), least)));
    expect(both.map(({ status }) => status)).to.have.members([200, 409]);
    expectProblem(await other.send("POST", path(tenant), all), 409, "policy-exists");
  });

  it("refuse what no worker could follow", async () => {
    const cases: readonly [changes: object, type: string, field: string][] = [
      [{ quiet_time_from: "22:00:00" }, "quiet-time-invalid", "quiet_time_to"],
      [{ quiet_time_from: "22:00:00", quiet_time_to: "22:00:00" }, "quiet-time-invalid", "quiet_time_to"],
      [{ time_zone: "Europe/Atlantis" }, "time-zone-unknown", "time_zone"],
      [{ reminders: [60, 60] }, "reminders-invalid", "reminders"],
    ];
    const tenant = newTenant();
    const refuses = async (method: string): Promise<void> => {
      for (const [changes, type, field] of cases) {
        expectProblem(await api.send(method, path(tenant), { ...least, ...changes }), 422, type, [field]);
      }
    };
    await refuses("POST");
    await api.send("POST", path(tenant), least);
    await refuses("PUT");
  });

  it("refuse bad input", async () => {
    const cases: readonly [body: unknown, fields: readonly string[]][] = [
      [undefined, []],
      [{ abandoned_minutes: 60 }, ["title"]],
      [{ ...least, abandoned_minutes: 0 }, ["abandoned_minutes"]],
      [{ ...least, abandoned_minutes: 43_201 }, ["abandoned_minutes"]],
      [{ ...least, abandoned_minutes: 1.5 }, ["abandoned_minutes"]],
      [{ ...least, reminders: [0] }, ["reminders/0"]],
      [{ ...least, reminders: Array.from({ length: 11 }, (_, n) => n + 1) }, ["reminders"]],
      [{ ...least, title: "two\nlines" }, ["title"]],
      [{ ...least, colour: "red" }, ["colour"]],
    ];
    for (const [body, fields] of cases) expectProblem(await api.send("POST", path(newTenant()), body), 400, "validation", fields);
    for (const time of ["24:00:00", "22:00", "7:00:00", 22]) {
      const body = { ...least, quiet_time_from: time, quiet_time_to: "07:00:00" };
      expectProblem(await api.send("POST", path(newTenant()), body), 400, "validation");
    }
    expectProblem(await api.send("POST", path("x".repeat(65)), least), 400, "validation", ["tenant_id"]);
    const reply = await api.send("PATCH", path("shop-1"));
    expectProblem(reply, 405, "method-not-allowed");
    expect(reply.headers.get("allow")).to.equal("POST, PUT, DELETE");
  });

  it("change the version that If-Match names, and no other", async () => {
    const tenant = newTenant();
    expectProblem(await api.send("POST", path(tenant), least, { "If-Match": "*" }), 412, "version-mismatch");
    await api.send("POST", path(tenant), least);
    expect((await other.send("PUT", path(tenant), all, { "If-Match": '"1"' })).headers.get("etag")).to.equal('"2"');
    const reply = await api.send("PUT", path(tenant), least, { "If-Match": '"1"' });
    expectProblem(reply, 412, "version-mismatch");
    expect([reply.json["current_version"], reply.headers.get("etag")]).to.deep.equal([2, '"2"']);
  });

  it("give the first answer to an Idempotency-Key again", async () => {
    const tenant = newTenant();
    const headers = { "Idempotency-Key": "key-1" };
    const first = await api.send("POST", path(tenant), least, headers);
    const again = await other.send("POST", path(tenant), least, headers);
    expect([again.status, again.text, again.headers.get("idempotency-replayed")]).to.deep.equal([200, first.text, "true"]);
    expectProblem(await api.send("POST", path(tenant), all, headers), 422, "idempotency-key-reused", ["Idempotency-Key"]);
    expectProblem(await api.send("PUT", path(tenant), least, headers), 422, "idempotency-key-reused", ["Idempotency-Key"]);
  });

  it("are for administrators of the tenant", async () => {
    const guarded = await startCommandApi(database.url(), () => new Date(), tokenEnv);
    try {
      for (const method of ["POST", "PUT", "DELETE"]) {
        const send = async (claims: { tenant_id: string; scope?: string }) =>
          guarded.send(method, path("shop-9"), least, await bearer({ sub: "ann", ...claims }));
        expectProblem(await guarded.send(method, path("shop-9"), least), 401, "unauthorized");
        expectProblem(await send({ tenant_id: "shop-9" }), 403, "forbidden");
        expectProblem(await send({ tenant_id: "shop-8", scope: "carts:admin" }), 403, "forbidden");
        expect((await send({ tenant_id: "shop-9", scope: "carts:admin" })).status).to.equal(200);
      }
    } finally {
      await guarded.stop();
    }
  });
});
