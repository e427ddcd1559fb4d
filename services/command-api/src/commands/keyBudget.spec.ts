import type { Actor } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import { expect } from "chai";
import { createKeyBudget } from "./keyBudget.ts";

const actor = (userId: string): Actor => ({ userId, tenantId: "shop-1", scopes: [], expiresAt: Infinity });

describe("the budget of idempotency keys", () => {
  it("refuses a user's further keys with 429, and no other user's", () => {
    const budget = createKeyBudget({ keysPerUser: 2, periodMs: 60_000 });
    budget.take(actor("ann"));
    budget.take(actor("ann"));
    expect(() => budget.take(actor("ann")))
      .to.throw(HttpProblem)
      .that.deep.includes({ status: 429, type: "/problems/rate-limited", headers: { "Retry-After": "60" } });
    budget.take(actor("bob"));
    budget.take({ ...actor("ann"), tenantId: "shop-2" });
  });

  it("counts no key whose answer was not stored", () => {
    const budget = createKeyBudget({ keysPerUser: 1, periodMs: 60_000 });
    for (let n = 0; n < 5; n++) budget.take(actor("ann"))();
    budget.take(actor("ann"));
  });

  it("has no bound while no tokens are checked, because nobody is known", () => {
    const budget = createKeyBudget({ keysPerUser: 1, periodMs: 60_000 });
    for (let n = 0; n < 5; n++) budget.take("unchecked");
  });
});
