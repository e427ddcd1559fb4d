import type { CartEvent } from "@cart/domain";
import { operationsOf, tokenEnv, waitFor } from "@cart/testkit";
import { expect } from "chai";
import { type Answer, project, type QueryApi, storeEvents, useQueryApi } from "./testing/useQueryApi.ts";
import { api as definition } from "./api.ts";

const id = "550e8400-e29b-41d4-a716-446655440000";
const created: CartEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };

const guardedOperations = operationsOf(definition.document).filter(({ operation }) => operation.security.length > 0);
const required = (path: string): string => (path.endsWith("/cart-funnel") ? "?from=2025-11-01&to=2025-11-30" : "");
const addressOf = (path: string): string =>
  path.replace("{id}", id).replace("{user_id}", "user-123").replace("{tenant_id}", "default") + required(path);

const expectProblem = ({ status, body }: Answer, expected: number, problem: string): void => {
  expect(status, JSON.stringify(body)).to.equal(expected);
  expect(body).to.have.property("type", `/problems/${problem}`);
};

// Problems that all operations have in common: each is told to cause them.
describe("problems of every operation of the query API", () => {
  const api = useQueryApi();

  before(async () => {
    await storeEvents(api, id, [created]);
    await project(api, id, [created]);
  });

  for (const { name, method, path } of guardedOperations) {
    it(`${name}, with an address or a parameter that is not valid`, async () => {
      expectProblem(await api.get(path.replace(/\{\w+\}/, "%ff"), { method }), 400, "bad-request");
      expectProblem(await api.get(path.replace(/\{\w+\}/, "x".repeat(256)), { method }), 400, "validation");
      expectProblem(await api.get(`${addressOf(path)}${required(path) === "" ? "?" : "&"}colour=red`, { method }), 400, "validation");
    });

    it(`${name}, while the databases are away`, async () => {
      const proxies = Object.values(api.proxies());
      for (const proxy of proxies) proxy.refuse();
      expectProblem(await api.get(addressOf(path), { method }), 503, "unavailable");
      for (const proxy of proxies) proxy.mend();
      await waitFor("recovery", async () => (await api.get(`/carts/${id}/history`)).status === 200);
      await waitFor("recovery", async () => (await api.get(`/carts/${id}`)).status === 200);
    });
  }
});

describe("a query API that has a short time", () => {
  const api = useQueryApi({}, () => ({ REQUEST_TIMEOUT_MS: "50" }));

  it("answers 503 for what takes longer", async () => {
    const proxies = Object.values(api.proxies());
    for (const proxy of proxies) proxy.hang();
    for (const { method, path } of guardedOperations) expectProblem(await api.get(addressOf(path), { method }), 503, "timeout");
    for (const proxy of proxies) proxy.mend();
  });
});

describe("a query API that takes tokens", () => {
  const perMinute = guardedOperations.length;
  const api: QueryApi = useQueryApi({}, () => ({
    ...tokenEnv,
    RATE_LIMIT_PER_MINUTE: String(perMinute),
  }));

  it("answers 401 without one, and 429 to who tries too often", async () => {
    for (const { method, path } of guardedOperations) expectProblem(await api.get(addressOf(path), { method }), 401, "unauthorized");
    for (const { method, path } of guardedOperations) expectProblem(await api.get(addressOf(path), { method }), 429, "rate-limited");
  });
});
