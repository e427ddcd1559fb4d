import { randomUUID } from "node:crypto";
import { CartProblem, type CartClient, createCartClient, ifVersion, result } from "@cart/client";
import { expect } from "chai";
import type { UsedSystem } from "./useSystem.ts";

const item = { user_id: "user-1", item_id: "item-1", quantity: 2, price: 29.99 };

/** The specs of the client in Node.js. */
export const describeClient = ({ commandApi, queryApi, token }: UsedSystem): void => {
  describe("the client", () => {
    let client: CartClient;
    let tokens = 0;
    const countedToken = (): Promise<string> => {
      tokens += 1;
      return token();
    };
    before(() => void (client = createCartClient({ commandApi: commandApi(), queryApi: queryApi(), token: countedToken })));

    it("sends commands, reads what it has written, and follows the cart", async () => {
      const path = { id: randomUUID() };
      const { version } = await result(client.commands.POST("/carts/{id}/items", { params: { path }, body: item }));
      const cart = await client.waitForCart(path.id, version);
      expect([cart.version, cart.total_amount]).to.deep.equal([2, 59.98]);

      const seen: string[] = [];
      const follow = async (): Promise<void> => {
        for await (const event of client.followCart(path.id, { afterVersion: 0 })) {
          seen.push(`${event.version} ${event.type}`);
          if (event.type === "CartSubmitted") return;
        }
      };
      const following = follow();
      await result(client.commands.POST("/carts/{id}/submit", { params: { path, header: ifVersion(2) } }));
      await following;
      expect(seen).to.deep.equal(["1 CartCreated", "2 ItemAddedToCart", "3 CartSubmitted"]);
    });

    it("executes a command once that is sent twice with one key", async () => {
      const path = { id: randomUUID() };
      const header = { "Idempotency-Key": randomUUID() };
      const send = () => result(client.commands.POST("/carts/{id}/items", { params: { path, header }, body: item }));
      expect(await send()).to.deep.equal(await send());
      expect((await client.waitForCart(path.id, 2)).item_count).to.equal(2);
    });

    it("tells the problems apart", async () => {
      const path = { id: randomUUID() };
      await result(client.commands.POST("/carts/{id}/items", { params: { path }, body: item }));
      const problem = async (call: Promise<unknown>): Promise<CartProblem> => {
        const error: unknown = await call.catch((reason: unknown) => reason);
        if (!(error instanceof CartProblem)) throw new Error("expected a problem", { cause: error });
        return error;
      };
      const mismatch = await problem(result(client.commands.POST("/carts/{id}/submit", { params: { path, header: ifVersion(1) } })));
      expect([mismatch.is("/problems/version-mismatch"), mismatch.body["current_version"]]).to.deep.equal([true, 2]);
      const missing = await problem(result(client.queries.GET("/carts/{id}", { params: { path: { id: randomUUID() } } })));
      expect(missing.is("/problems/not-found")).to.equal(true);
      const early = await problem(client.waitForCart(path.id, 99, { timeoutMs: 1 }));
      expect(early.is("/problems/version-not-reached")).to.equal(true);
    });

    it("gives up waiting for a version soon after its limit", async () => {
      const path = { id: randomUUID() };
      const begin = performance.now();
      const error: unknown = await client.waitForCart(path.id, 1, { timeoutMs: 1 }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(CartProblem);
      // A request with min_version waits for 2 s at most.
      expect(performance.now() - begin).to.be.lessThan(6_000);
    });

    it("asks for the token at each request, so that it can be renewed", async () => {
      const before = tokens;
      const path = { id: randomUUID() };
      const { version } = await result(client.commands.POST("/carts/{id}/items", { params: { path }, body: item }));
      await client.waitForCart(path.id, version);
      expect(tokens).to.be.at.least(before + 2);
      const stranger = createCartClient({ commandApi: commandApi(), queryApi: queryApi(), token: () => "no token" });
      const refused: unknown = await result(stranger.commands.POST("/carts/{id}/items", { params: { path }, body: item })).catch(
        (error: unknown) => error,
      );
      expect(refused instanceof CartProblem && refused.status).to.equal(401);
    });
  });
};
