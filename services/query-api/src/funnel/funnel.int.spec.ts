import { randomUUID } from "node:crypto";
import { type CartMilestone, cartMilestones } from "@cart/domain";
import { uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";

import { useQueryApi } from "../testing/useQueryApi.ts";

const none = { created: 0, with_items: 0, submitted: 0, purchased: 0, abandoned: 0, recovered: 0, checkout_abandoned: 0 };

describe("the funnel", () => {
  const api = useQueryApi();
  const path = (from: string, to: string, tenant = "shop-1"): string => `/tenants/${tenant}/cart-funnel?from=${from}&to=${to}`;

  /** A cart that came to these milestones on these days. */
  const store = (tenant: string, days: Partial<Record<CartMilestone, string>>) => {
    const id = uuidToBytes(randomUUID());
    const rows = Object.entries(days).map(([milestone, day]) => [id, milestone, tenant, day]);
    return api.readModel.pool().query("INSERT INTO cart_milestones (cart_id, milestone, tenant_id, day) VALUES ?", [rows]);
  };

  before(async () => {
    await store("shop-1", {
      created: "2025-11-20",
      with_items: "2025-11-20",
      abandoned: "2025-11-20",
      checkout_abandoned: "2025-11-20",
      purchased: "2025-11-22",
      recovered: "2025-11-22",
    });
    await store("shop-1", { created: "2025-11-20", with_items: "2025-11-20", submitted: "2025-11-20" });
    await store("shop-1", { created: "2025-11-19" });
    await store("shop-1", { created: "2025-11-23" });
    await store("shop-2", { created: "2025-11-20" });
  });

  it("counts a tenant's carts on each day of the range, both ends included", async () => {
    const { status, headers, body } = await api.get(path("2025-11-20", "2025-11-22"));
    expect([status, headers.get("cache-control")]).to.deep.equal([200, "private, no-cache"]);
    expect(body).to.deep.equal({
      tenant_id: "shop-1",
      total: { created: 2, with_items: 2, submitted: 1, purchased: 1, abandoned: 1, recovered: 1, checkout_abandoned: 1 },
      days: [
        { day: "2025-11-20", ...none, created: 2, with_items: 2, submitted: 1, abandoned: 1, checkout_abandoned: 1 },
        { day: "2025-11-21", ...none },
        { day: "2025-11-22", ...none, purchased: 1, recovered: 1 },
      ],
    });
  });

  it("is empty for who has no carts", async () => {
    const { body } = await api.get(path("2024-02-29", "2024-02-29", "nobody"));
    expect(body).to.deep.equal({ tenant_id: "nobody", total: none, days: [{ day: "2024-02-29", ...none }] });
  });

  it("has a bounded range of days that exist", async () => {
    expect(((await api.get(path("2024-01-01", "2024-12-31"))).body as { days: object[] }).days).to.have.length(366);
    const cases: readonly [query: string, field: string][] = [
      ["from=2024-01-01&to=2025-01-01", "to"],
      ["from=2025-11-02&to=2025-11-01", "to"],
      ["from=2025-02-29&to=2025-03-01", "from"],
      ["from=2025-11-01", "to"],
      ["from=20251101&to=2025-11-01", "from"],
    ];
    for (const [query, field] of cases) {
      const { status, body } = await api.get(`/tenants/shop-1/cart-funnel?${query}`);
      expect([status, (body as { errors: { field: string }[] }).errors.map((error) => error.field)], query).to.deep.equal([400, [field]]);
    }
    const posted = await api.get(path("2025-11-20", "2025-11-20"), { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).to.deep.equal([405, "GET, HEAD"]);
  });

  it("reads the index alone", async () => {
    const [plan] = await api.readModel
      .pool()
      .query<(RowDataPacket & { key: string; Extra: string })[]>(
        "EXPLAIN FORMAT=TRADITIONAL SELECT day, milestone, COUNT(*) FROM cart_milestones WHERE tenant_id = 'shop-1' AND day BETWEEN '2025-11-20' AND '2025-11-22' GROUP BY day, milestone",
      );
    expect(plan[0]?.key).to.equal("cart_milestones_funnel");
    expect(plan[0]?.Extra).to.contain("Using index").and.not.contain("temporary");
  });

  it("knows every milestone of the domain", async () => {
    const [[column]] = await api.readModel
      .pool()
      .query<(RowDataPacket & { type: string })[]>(
        "SELECT COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'cart_milestones' AND COLUMN_NAME = 'milestone'",
      );
    expect(column?.type).to.equal(`enum(${cartMilestones.map((milestone) => `'${milestone}'`).join(",")})`);
  });
});
