import { tenantPolicyId } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import { bearer, tokenEnv } from "@cart/testkit";
import { expect } from "chai";
import { timeOf, type QueryApi, useQueryApi } from "../testing/useQueryApi.ts";

const path = (tenant: string): string => `/tenants/${encodeURIComponent(tenant)}/cart-abandoned-policies`;

const store = (api: QueryApi, tenant: string, changes: object = {}) =>
  api.readModel.pool().query("REPLACE INTO cart_abandoned_policies SET ?", {
    id: uuidToBytes(tenantPolicyId(tenant)),
    tenant_id: tenant,
    title: "Standard ☕",
    abandoned_minutes: 60,
    quiet_time_from: "22:00:00",
    quiet_time_to: "07:30:00",
    time_zone: "Europe/Berlin",
    reminders: "[60,1440]",
    checkout_abandoned_minutes: 120,
    overtaken_reminders: "move",
    max_reminders_per_day: 1,
    version: 2,
    created_at: timeOf(1),
    updated_at: timeOf(2),
    ...changes,
  });

describe("a tenant's policy", () => {
  const api = useQueryApi();

  it("is shown with its version as the ETag", async () => {
    await store(api, "shop/1 ☕");
    const { status, headers, body } = await api.get(path("shop/1 ☕"));
    expect([status, headers.get("etag"), headers.get("cache-control")]).to.deep.equal([200, '"2"', "private, no-cache"]);
    expect(body).to.deep.equal({
      tenant_id: "shop/1 ☕",
      title: "Standard ☕",
      abandoned_minutes: 60,
      quiet_time_from: "22:00:00",
      quiet_time_to: "07:30:00",
      time_zone: "Europe/Berlin",
      reminders: [60, 1440],
      checkout_abandoned_minutes: 120,
      overtaken_reminders: "move",
      max_reminders_per_day: 1,
      version: 2,
      created_at: timeOf(1).toISOString(),
      updated_at: timeOf(2).toISOString(),
    });
  });

  it("has no quiet time when none was chosen", async () => {
    await store(api, "awake", { quiet_time_from: null, quiet_time_to: null, reminders: "[]" });
    expect((await api.get(path("awake"))).body).to.deep.include({ quiet_time_from: null, quiet_time_to: null, reminders: [] });
  });

  it("is not sent to a client that has it", async () => {
    await store(api, "known");
    const known = await api.get(path("known"), { headers: { "If-None-Match": '"2"' } });
    expect([known.status, known.body, known.headers.get("etag")]).to.deep.equal([304, undefined, '"2"']);
    expect((await api.get(path("known"), { headers: { "If-None-Match": '"1"' } })).status).to.equal(200);
  });

  it("is waited for with min_version, for a bounded time", async () => {
    const waiting = api.get(`${path("new")}?min_version=2`);
    await store(api, "new");
    expect(await waiting).to.deep.include({ status: 200 });
    const late = await api.get(`${path("new")}?min_version=3`);
    expect([late.status, late.headers.get("retry-after")]).to.deep.equal([503, "1"]);
    expect(late.body).to.have.property("type", "/problems/version-not-reached");
  });

  it("is 404 after it was removed, which min_version waits for too", async () => {
    await store(api, "removed");
    const waiting = api.get(`${path("removed")}?min_version=3`);
    await store(api, "removed", { status: "REMOVED", title: null, abandoned_minutes: null, time_zone: null, reminders: null, version: 3 });
    const { status, body } = await waiting;
    expect([status, (body as { type: string }).type]).to.deep.equal([404, "/problems/not-found"]);
  });

  it("is 404 when there is none, and 400 for bad input", async () => {
    const missing = await api.get(path("nobody"));
    expect([missing.status, (missing.body as { type: string }).type]).to.deep.equal([404, "/problems/not-found"]);
    for (const bad of [`${path("known")}?min_version=0`, `${path("known")}?colour=red`, path("x".repeat(65))]) {
      expect((await api.get(bad)).status, bad).to.equal(400);
    }
    const posted = await api.get(path("known"), { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).to.deep.equal([405, "GET, HEAD"]);
  });
});

describe("a tenant's policy and funnel", () => {
  const api = useQueryApi({}, () => tokenEnv);

  it("are for administrators of the tenant", async () => {
    await store(api, "shop-1");
    for (const address of [path("shop-1"), "/tenants/shop-1/cart-funnel?from=2025-11-20&to=2025-11-20"]) {
      const statusFor = async (claims: { tenant_id: string; scope?: string }) =>
        (await api.get(address, { headers: await bearer({ sub: "ann", ...claims }) })).status;
      expect((await api.get(address)).status).to.equal(401);
      expect(await statusFor({ tenant_id: "shop-1" })).to.equal(403);
      expect(await statusFor({ tenant_id: "shop-2", scope: "carts:admin" })).to.equal(403);
      expect(await statusFor({ tenant_id: "shop-1", scope: "carts:admin" })).to.equal(200);
    }
  });
});
