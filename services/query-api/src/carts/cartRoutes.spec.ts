import { tokenRules } from "@cart/cart-access";
import { cartAggregate } from "@cart/domain";
import { apiConfig, apiGuard } from "@cart/http-kit";
import { createLogger, listen, loadConfig, noTracer } from "@cart/process-kit";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { createApp } from "../createApp.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";

const first = "550e8400-e29b-41d4-a716-446655440001";
const second = "550e8400-e29b-41d4-a716-446655440002";

describe("a request with min_version", () => {
  it("is forgotten as soon as its client is gone", async () => {
    const asked: string[] = [];
    const readModel: ReadOnlyDatabase = {
      query: async (_sql, values) => {
        asked.push(JSON.stringify(values, (_key, value: unknown) => (isBytes(value) ? Buffer.from(value.data).toString("hex") : value)));
        return [];
      },
      read: async () => [],
      close: async () => undefined,
    };
    const app = createApp({
      readModel,
      eventStore: { read: readModel.read, carts: cartAggregate },
      streams: { maxStreams: 0, maxStreamsPerUser: 0, pollIntervalMs: 1, heartbeatMs: 1_000, writeTimeoutMs: 1_000 },
      minVersionTimeoutMs: 60_000,
      guard: apiGuard(loadConfig(Type.Object(apiConfig), {}), tokenRules),
      logger: createLogger({ service: "query-api", level: "silent" }),
      registry: new Registry(),
      tracer: noTracer,
      stopping: new AbortController().signal,
      readiness: {},
    });
    const server = await listen(app, { port: 0, host: "127.0.0.1" });
    const gone = new AbortController();
    const get = (id: string) =>
      fetch(`http://127.0.0.1:${server.port}/carts/${id}?min_version=1`, { signal: gone.signal }).catch(() => "gone");
    const isAsked = (...ids: string[]) => asked.at(-1) === JSON.stringify([ids.map((id) => id.replaceAll("-", ""))]);

    const leaving = new AbortController();
    const left = fetch(`http://127.0.0.1:${server.port}/carts/${first}?min_version=1`, { signal: leaving.signal }).catch(() => "gone");
    await waitFor("the first wait", () => isAsked(first));
    const staying = get(second);
    await waitFor("both waits", () => isAsked(first, second));
    leaving.abort();
    await waitFor("the second wait alone", () => isAsked(second));
    gone.abort();
    expect(await Promise.all([left, staying])).to.deep.equal(["gone", "gone"]);
    await server.close();
  });
});

const isBytes = (value: unknown): value is { data: number[] } =>
  typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value && Array.isArray(value.data);
