import { migrateReadModel } from "@cart/migrations";
import type { Span, SpanOptions, Tracer } from "@cart/process-kit";
import {
  countDeadLetters,
  createApplyBatch,
  type DeadLetterCounts,
  findOutdatedProjections,
  openReadModelPool,
  projections,
} from "@cart/read-model";
import { added, cartId, created, messageOf } from "@cart/read-model/testing";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { Registry } from "prom-client";
import { createProjectorMetrics } from "./projectorMetrics.ts";

describe("the projector's metrics and spans", () => {
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let pool: Pool;

  before(() => {
    pool = openReadModelPool({ url: database.url(), connectionLimit: 2 });
  });
  after(() => pool.end());

  const shown = async (deadLetters: () => Promise<DeadLetterCounts>): Promise<string[]> => {
    const registry = new Registry();
    createProjectorMetrics({
      registry,
      lag: () => Promise.resolve([]),
      deadLetters,
      outdated: () => findOutdatedProjections(pool, projections),
    });
    const text = await registry.metrics();
    return text.split("\n").filter((line) => /^cart_(parked_carts|dead_letters|outdated_projections)[{ ]/.test(line));
  };

  it("count parked carts and dead letters, and omit both counts while the table cannot be read", async () => {
    await createApplyBatch(
      pool,
      projections,
    )([messageOf(1, 2, added("a")), messageOf(1, 3, added("b")), messageOf(2, 1, created, { value: null })]);
    expect(await shown(() => countDeadLetters(pool))).to.have.members([
      "cart_parked_carts 2",
      'cart_dead_letters{reason="VERSION_GAP"} 1',
      'cart_dead_letters{reason="PARKED"} 1',
      'cart_dead_letters{reason="MISSING_VALUE"} 1',
      "cart_outdated_projections 0",
    ]);
    await createApplyBatch(pool, projections)([messageOf(3, 1, created)]);
    expect(await shown(() => Promise.reject(new Error("away")))).to.deep.equal(["cart_outdated_projections 1"]);
  });

  it("include a span for each event around its transaction, in the trace that the message carries", async () => {
    const spans: { readonly name: string; readonly options: SpanOptions; error?: unknown }[] = [];
    const tracer: Tracer = {
      startSpan: (name, options): Span => {
        const span: (typeof spans)[number] = { name, options };
        spans.push(span);
        return {
          traceparent: undefined,
          setName: () => undefined,
          setAttribute: () => undefined,
          end: (error) => void (span.error = error ?? "none"),
        };
      },
      stop: () => Promise.resolve(),
    };
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { traceparent: Buffer.from(traceparent) };
    const apply = createApplyBatch(pool, projections, { tracer });
    await apply([messageOf(5, 1, created, { headers }), messageOf(5, 3, added("a")), messageOf(6, 1, created, { value: null })]);

    expect(spans.map(({ name, options }) => [name, options.kind, options.parent, options.attributes?.["aggregate.id"]])).to.deep.equal([
      ["project CartCreated", "consumer", traceparent, cartId(5)],
      ["project ItemAddedToCart", "consumer", undefined, cartId(5)],
    ]);
    expect(spans.map(({ error }) => String(error))).to.deep.equal(["none", "Error: VERSION_GAP: the event has version 3, expected 2"]);

    await database.pool().query("RENAME TABLE carts TO away");
    expect(await apply([messageOf(7, 1, created)]).catch(() => "failed")).to.equal("failed");
    await database.pool().query("RENAME TABLE away TO carts");
    expect(String(spans[2]?.error)).to.contain("doesn't exist");
  });
});
