import { expect } from "chai";
import { SignJWT } from "jose";
import type { Actor } from "./access.ts";
import { createTickets } from "./tickets.ts";

const secret = "a secret of 32 bytes is the least";
const ann: Actor = { userId: "ann", tenantId: "shop-1", scopes: ["a"], expiresAt: Date.now() + 60_000 };

describe("tickets", () => {
  const tickets = createTickets(secret);

  it("stand for their actor, for their subject, also in another process with the secret", async () => {
    const { ticket, expiresAt } = await tickets.issue(ann, "cart-1");
    expect(await createTickets(secret).actorOf(ticket, "cart-1")).to.deep.equal(ann);
    expect(expiresAt.getTime() - Date.now()).to.be.within(58_000, 60_000);
    expect(await tickets.actorOf(ticket, "cart-2")).to.equal(undefined);
    expect(await createTickets(undefined).actorOf(ticket, "cart-1")).to.equal(undefined);
  });

  it("are good for no longer than the token of their actor", async () => {
    const { ticket } = await tickets.issue({ ...ann, expiresAt: Date.now() - 1 }, "cart-1");
    expect(await tickets.actorOf(ticket, "cart-1")).to.equal(undefined);
  });

  it("are not texts, and not tokens that the same secret signs", async () => {
    const claims = { for: "cart-1", actor: { ...ann, scopes: ["a"] } };
    const key = new TextEncoder().encode(secret);
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(key);
    const endless = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "ticket+jwt" }).sign(key);
    for (const text of ["", "a.b.c", token, endless]) expect(await tickets.actorOf(text, "cart-1"), text).to.equal(undefined);
  });
});
