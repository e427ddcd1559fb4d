import type { Actor } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import { expect } from "chai";
import { hasScope, mayActOn, requireScope, requireTenantAdmin } from "./cartAccess.ts";

const ann: Actor = { userId: "ann", tenantId: "shop-1", scopes: ["openid", "carts:administrator"], expiresAt: 0 };
const admin: Actor = { userId: "back-end", tenantId: "shop-1", scopes: ["openid", "carts:admin"], expiresAt: 0 };

describe("mayActOn", () => {
  const own = { userId: "ann", tenantId: "shop-1" };

  it("allows an actor its own carts, and nobody else's", () => {
    expect(mayActOn(ann, own)).to.equal(true);
    expect(mayActOn(ann, { ...own, userId: "bob" })).to.equal(false);
    expect(mayActOn(ann, { ...own, tenantId: "shop-2" })).to.equal(false);
  });

  it("allows an administrator every cart of its tenant, and none of another", () => {
    expect(mayActOn(admin, own)).to.equal(true);
    expect(mayActOn(admin, { userId: "back-end", tenantId: "shop-2" })).to.equal(false);
  });

  it("allows everything while no tokens are checked", () => {
    expect(mayActOn("unchecked", own)).to.equal(true);
  });
});

describe("requireScope", () => {
  it("allows a token with the scope, an administrator's, and everyone while no tokens are checked", () => {
    const purchasing: Actor = { ...ann, scopes: ["openid", "carts:purchase"] };
    for (const access of [purchasing, admin, "unchecked"] as const) expect(hasScope(access, "carts:purchase")).to.equal(true);
    requireScope("carts:purchase")(purchasing, {});
  });

  it("refuses every other token, with the scope that would allow it", () => {
    for (const scopes of [[], ["carts:purchases"], ["carts:price"]]) {
      expect(() => requireScope("carts:purchase")({ ...ann, scopes }, {}))
        .to.throw(HttpProblem, "carts:purchase")
        .that.deep.includes({
          headers: { "WWW-Authenticate": 'Bearer realm="carts", error="insufficient_scope", scope="carts:purchase"' },
        });
    }
  });
});

describe("requireTenantAdmin", () => {
  it("allows the administrators of the tenant", () => {
    requireTenantAdmin(admin, { tenant_id: "shop-1" });
  });

  it("refuses everyone else, with the scope that would allow it", () => {
    for (const [actor, tenant_id] of [
      [ann, "shop-1"],
      [admin, "shop-2"],
    ] as const) {
      expect(() => requireTenantAdmin(actor, { tenant_id }))
        .to.throw(HttpProblem)
        .that.deep.includes({
          status: 403,
          headers: { "WWW-Authenticate": 'Bearer realm="carts", error="insufficient_scope", scope="carts:admin"' },
        });
    }
  });
});
