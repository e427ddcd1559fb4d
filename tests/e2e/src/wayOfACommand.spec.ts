import { randomBytes, randomUUID } from "node:crypto";
import { eventStoreTables } from "@cart/event-store/testing";
import { createKafka, createTopics, topicsWithPrefix } from "@cart/messaging";
import { migrateAbandonment, migrateEventStore, migrateKeyStore, migrateReadModel } from "@cart/migrations";
import { createLogger } from "@cart/process-kit";
import { useKafka, useMysqlDatabase, waitFor } from "@cart/testkit";
import { type BuiltService, startBuiltService } from "@cart/tools/own-servers";
import { expect } from "chai";
import { exportedSeries } from "./exportedSeries.ts";
import { monitoredSeries } from "./monitoredSeries.ts";
import { leaveCart } from "./pastEvents.ts";
import { startTraceCollector, type TraceCollector } from "./traceCollector.ts";

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

describe("the way of a command, through every service", () => {
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  const abandonment = useMysqlDatabase({ migrate: migrateAbandonment });
  const keyStore = useMysqlDatabase({ migrate: migrateKeyStore });
  const kafka = useKafka();

  // A nested suite: its services stop before the databases are dropped.
  describe("with every service running", () => {
    let env: Readonly<Record<string, string>>;
    let services: Record<"command-api" | "query-api" | "outbox-relay" | "projector" | "cart-abandonment", BuiltService>;

    let collector: TraceCollector;

    before("start the services", async function () {
      this.timeout(120_000);
      collector = await startTraceCollector();
      const prefix = kafka.topicName("e2e.");
      const client = createKafka({ brokers: kafka.brokers(), clientId: "e2e", logger: createLogger({ service: "e2e", level: "silent" }) });
      const { cartEvents, tenantPolicyEvents } = topicsWithPrefix(prefix);
      const topics = [cartEvents, tenantPolicyEvents].map((topic) => ({ topic, partitions: 4 }));
      await createTopics(client, { topics, replicationFactor: 1 });
      env = {
        EVENTSTORE_URL: eventStore.url(),
        READMODEL_URL: readModel.url(),
        ABANDONMENT_URL: abandonment.url(),
        KEYSTORE_URL: keyStore.url(),
        PERSONAL_DATA_KEYS: `suite:${randomBytes(32).toString("base64")}`,
        SEAL_PERSONAL_DATA: "true",
        // An erasure waits for four lives of a cache.
        PERSONAL_DATA_CACHE_MS: "500",
        KAFKA_BROKERS: kafka.brokers().join(","),
        KAFKA_TOPIC_PREFIX: prefix,
        // After a consumer is killed, its partitions wait for this long.
        KAFKA_SESSION_TIMEOUT_MS: "6000",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: "100",
      };
      const [commandApi, queryApi, relay, projector, cartAbandonment] = await Promise.all([
        startBuiltService("command-api", env),
        startBuiltService("query-api", env),
        startBuiltService("outbox-relay", env),
        startBuiltService("projector", env),
        startBuiltService("cart-abandonment", env),
      ]);
      services = {
        "command-api": commandApi,
        "query-api": queryApi,
        "outbox-relay": relay,
        projector,
        "cart-abandonment": cartAbandonment,
      };
    });

    after("stop the services", async function () {
      this.timeout(60_000);
      await Promise.all(Object.values(services).map(({ stop }) => stop()));
      await collector.stop();
    });

    const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      answerOf(
        await fetch(`${services["command-api"].url}${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          body: JSON.stringify(body),
        }),
      );
    const get = async (path: string): Promise<Answer> => answerOf(await fetch(`${services["query-api"].url}${path}`));
    const answerOf = async (response: Response): Promise<Answer> => ({
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    });

    it("answers the seed example and shows the cart", async () => {
      const id = "550e8400-e29b-41d4-a716-446655440000";
      const added = await post(`/additem/${id}`, { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 });
      expect(added.status).to.equal(200);
      expect(added.body).to.include({ aggregate_id: id, version: 2, status: "success" });

      const { status, headers, body } = await get(`/carts/${id}?min_version=2`);
      expect(status).to.equal(200);
      expect(headers.get("etag")).to.equal('"2"');
      expect(body).to.deep.include({
        id,
        user_id: "user-123",
        tenant_id: "default",
        status: "OPEN",
        currency: "USD",
        total_amount: 59.98,
        item_count: 2,
        items: [{ line_id: "item-456", item_id: "item-456", name: null, attributes: {}, quantity: 2, price: 29.99, line_total: 59.98 }],
        version: 2,
      });
    });

    /** All rows of all tables, as text. */
    const everyRow = async (): Promise<string> => {
      const all: unknown[] = [];
      for (const { pool } of [eventStore, readModel, abandonment, keyStore]) {
        const rowsOf = async (sql: string): Promise<unknown[][]> => {
          const [rows] = await pool().query(sql);
          return Array.isArray(rows) ? (rows as readonly object[]).map((row) => Object.values<unknown>({ ...row })) : [];
        };
        const tables = await rowsOf("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()");
        for (const [name] of tables)
          for (const row of await rowsOf(`SELECT * FROM ${String(name)}`))
            all.push(row.map((value) => (Buffer.isBuffer(value) ? value.toString("latin1") : value)));
      }
      return JSON.stringify(all);
    };

    it("forgets a guest and the customer whom the guest became, in every table, and keeps the cart", async function () {
      this.timeout(90_000);
      const id = randomUUID();
      const [guest, customer] = [`guest-MARKER-${id}`, `customer-MARKER-${id}`];
      const headers = { "X-Correlation-Id": `MARKER-${id}`, "Idempotency-Key": `MARKER-${id}` };
      const item = { user_id: guest, item_id: "tea", name: "MARKER", attributes: { engraving: "MARKER" }, quantity: 2, price: 5 };
      await post(`/carts/${id}/items`, item, headers);
      const claimed = await post(`/carts/${id}/claim`, { user_id: customer });
      expect((await get(`/carts/${id}?min_version=${String(claimed.body["version"])}`)).body).to.include({ user_id: customer });
      expect(await everyRow()).to.contain("MARKER");
      const begun = await Promise.all([guest, customer].map((user_id) => post("/tenants/default/erasures", { user_id })));
      for (const { status, body } of begun) {
        expect([status, body["status"]], JSON.stringify(body)).to.deep.equal([202, "pending"]);
        const receipt = `${services["command-api"].url}/tenants/default/erasures/${String(body["erasure_id"])}`;
        await waitFor("the erasure", async () => (await answerOf(await fetch(receipt))).body["status"] === "done", { timeoutMs: 60_000 });
      }
      expect(await everyRow()).not.to.contain("MARKER");
      const bought = await post(`/carts/${id}/purchase`, { order_id: "order-of-nobody" });
      expect(bought.status).to.equal(200);
      const cart = (await get(`/carts/${id}?min_version=${String(bought.body["version"])}`)).body;
      expect(cart).to.deep.include({ status: "CLOSED", item_count: 2, items_amount: 10 });
      expect(cart["user_id"]).to.match(/^erased-[0-9a-f-]{36}$/);
      expect((await get(`/carts/${id}/history`)).status).to.equal(200);
    });

    it("shows what a shop does with a cart, from the guest to the order", async () => {
      const id = randomUUID();
      const [guest, customer] = [`guest-${id}`, `customer-${id}`];
      const mug = { op: "add_item", item_id: "mug", quantity: 2, price: 12.5 };
      const engraving = { engraving: "For Ann" };
      const read = async ({ status, body }: Answer): Promise<Record<string, unknown>> => {
        expect(status, JSON.stringify(body)).to.equal(200);
        return (await get(`/carts/${id}?min_version=${String(body["version"])}`)).body;
      };
      await post(`/carts/${id}`, { user_id: guest, attributes: { locale: "da-DK" } });
      const filled = await post(`/carts/${id}/changes`, {
        operations: [
          { op: "change_cart", currency: "EUR" },
          mug,
          { ...mug, attributes: engraving },
          { op: "change_item", line_id: "mug", price: 11 },
        ],
      });
      const cart = await read(filled);
      expect(cart).to.deep.include({ currency: "EUR", line_count: 2, items_amount: 47, attributes: { locale: "da-DK" } });
      const lines = cart["items"] as { item_id: string; attributes: object; price: number }[];
      expect(lines.map(({ item_id, attributes, price }) => [item_id, attributes, price])).to.deep.equal([
        ["mug", {}, 11],
        ["mug", engraving, 12.5],
      ]);

      const current = async () => (await get(`/users/${customer}/cart`)).body;
      await read(await post(`/carts/${id}/claim`, { user_id: customer }));
      expect(await current()).to.include({ id, user_id: customer, status: "OPEN" });
      expect((await get(`/users/${guest}/carts`)).body["carts"]).to.deep.equal([]);
      const adjustments = [
        { kind: "discount", amount: -50 },
        { kind: "shipping", amount: 4.99 },
      ];
      const adjusted = await read(await post(`/carts/${id}/changes`, { operations: [{ op: "set_adjustments", adjustments }] }));
      expect(adjusted).to.deep.include({ adjustments, adjustments_stale: false, items_amount: 47, total_amount: 1.99 });
      const added = await read(await post(`/carts/${id}/changes`, { operations: [{ op: "change_item", line_id: "mug", quantity: 3 }] }));
      expect(added).to.include({ adjustments_stale: true, items_amount: 58, total_amount: 12.99 });
      await read(await post(`/carts/${id}/submit`, {}));
      expect(await current()).to.include({ id, status: "SUBMITTED", total_amount: 12.99 });
      const order = { order_id: `order-${id}` };
      await read(await post(`/carts/${id}/purchase`, order));
      expect((await post(`/carts/${id}/purchase`, order)).body["events"]).to.deep.equal([]);
      expect((await get(`/users/${customer}/cart`)).status).to.equal(404);
      expect((await get(`/users/${customer}/carts?status=OPEN,CLOSED&order_by=last_activity`)).body["carts"]).to.have.length(1);
    });

    it("shows each currency with its own decimals, exactly", async () => {
      for (const [currency, price, total] of [
        ["JPY", 333, 999],
        ["KWD", 1.005, 3.015],
        ["EUR", 0.1, 0.3],
      ] as const) {
        const id = randomUUID();
        await post(`/carts/${id}/items`, { user_id: "user-1", item_id: "item-1", quantity: 3, price, currency });
        expect((await get(`/carts/${id}?min_version=2`)).body).to.include({ currency, total_amount: total });
      }
    });

    it("shows a cart of a user whose id has 255 characters", async () => {
      const [id, user] = [randomUUID(), "👤".repeat(255)];
      await post(`/carts/${id}/items`, { user_id: user, item_id: "item-1", price: 5 });
      expect((await get(`/carts/${id}?min_version=2`)).body).to.include({ user_id: user, version: 2 });
      expect((await get(`/users/${encodeURIComponent(user)}/carts`)).body["carts"]).to.have.length(1);
    });

    it("shows a cart's personal fields, which the events have as ciphertext alone", async () => {
      const [id, marker, correlation] = [randomUUID(), `ann-${randomUUID()}`, `request-${randomUUID()}`];
      const item = { user_id: marker, item_id: "item-1", price: 5, name: `tea of ${marker}`, attributes: { engraving: `for ${marker}` } };
      await post(`/carts/${id}/items`, item, { "X-Correlation-Id": correlation });
      const { body } = await get(`/carts/${id}?min_version=2`);
      expect(body).to.include({ user_id: marker, version: 2 });
      expect(body["items"]).to.have.nested.property("[0].name", item.name);
      expect(JSON.stringify((await get(`/carts/${id}?at_version=2`)).body)).to.contain(item.attributes.engraving);
      expect(JSON.stringify((await get(`/carts/${id}/history`)).body)).to.contain(item.name);
      const stored = JSON.stringify(await eventStoreTables(eventStore.pool()).events.rows({ aggregate_id: id }));
      expect(stored).to.contain("sealed").and.not.to.contain(marker);
      expect(stored).not.to.contain(correlation);
      expect(JSON.stringify(collector.spans())).not.to.contain(marker);
    });

    it("closes a purchased cart", async () => {
      const id = randomUUID();
      await post(`/carts/${id}/items`, { user_id: "user-1", item_id: "item-1", price: 5 });
      await post(`/carts/${id}/purchase`, { order_id: "order-1" });
      expect((await get(`/carts/${id}?min_version=3`)).body).to.include({ status: "CLOSED", version: 3 });
    });

    it("applies concurrent adds to one cart as if they had arrived one by one", async () => {
      const id = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, client) =>
          post(`/carts/${id}/items`, { user_id: "user-1", item_id: `item-${client % 8}`, price: 1 }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
      const { body } = await get(`/carts/${id}?min_version=65`);
      expect(body).to.include({ version: 65, item_count: 64, line_count: 8, total_amount: 64 });
    });

    it("is traced through all services in one trace", async () => {
      const [traceId, callersSpan] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
      const body = { user_id: "user-1", item_id: "item-1", price: 5 };
      await post(`/carts/${randomUUID()}/items`, body, { traceparent: `00-${traceId}-${callersSpan}-01` });

      // The chain of spans below the caller's span.
      const way = await waitFor("the spans of the whole way", () => {
        const spans = collector.spans().filter((span) => span.traceId === traceId);
        const below = (parent: string, service: string) => spans.filter((span) => span.parentSpanId === parent && span.service === service);
        const requests = below(callersSpan, "command-api");
        const published = requests.flatMap(({ spanId }) => below(spanId, "outbox-relay"));
        const projected = published.flatMap(({ spanId }) => below(spanId, "projector"));
        return Promise.resolve(projected.length === 2 ? { requests, published, projected } : undefined);
      });
      expect(way.requests.map(({ name }) => name)).to.deep.equal(["POST /carts/{id}/items"]);
      expect(way.published.map(({ name }) => name)).to.have.members(["publish CartCreated", "publish ItemAddedToCart"]);
    });

    it("traces a read as well", async () => {
      const [traceId, callersSpan] = ["1bf7651916cd43dd8448eb211c80319c", "c8ad6b7169203331"];
      await fetch(`${services["query-api"].url}/carts/${randomUUID()}`, { headers: { traceparent: `00-${traceId}-${callersSpan}-01` } });
      const span = await waitFor("the span of the read", async () => collector.spans().find((each) => each.traceId === traceId));
      expect([span.name, span.service, span.parentSpanId]).to.deep.equal(["GET /carts/{id}", "query-api", callersSpan]);
    });

    it("abandons an inactive cart although the service was killed, and reopens it when the customer returns", async function () {
      this.timeout(60_000);
      const policy = await post("/tenants/default/cart-abandoned-policies", { title: "Standard", abandoned_minutes: 1 });
      expect(policy.body).to.include({ status: "success", version: 1 });
      process.kill(services["cart-abandonment"].pid, "SIGKILL");
      const id = randomUUID();
      await leaveCart(eventStore.url(), id, new Date(Date.now() - 60_000));
      services["cart-abandonment"] = await startBuiltService("cart-abandonment", env);

      const status = async () => (await get(`/carts/${id}`)).body["status"] === "ABANDONED";
      await waitFor("the cart to be abandoned", status, { timeoutMs: 40_000 });
      expect((await get(`/carts/${id}`)).body["version"]).to.equal(3);
      const added = await post(`/carts/${id}/items`, { user_id: "user-1", item_id: "item-2", price: 5 });
      expect(added.body["version"]).to.equal(5);
      expect((await get(`/carts/${id}?min_version=5`)).body["status"]).to.equal("OPEN");
    });

    it("exports every series that the dashboards and alerts use, and no other series", async () => {
      const expositions = await Promise.all(
        Object.values(services).map(async ({ url }) => exportedSeries(await (await fetch(`${url}/metrics`)).text())),
      );
      const exported = new Map(expositions.flatMap((metrics) => [...metrics]));
      const monitored = monitoredSeries();

      const known = new Set(["up", ...[...exported.values()].flat()]);
      expect([...monitored].filter((series) => !known.has(series))).to.deep.equal([]);
      const own = [...exported].filter(([name]) => !/^(process|nodejs)_/.test(name));
      expect(own.filter(([, series]) => !series.some((name) => monitored.has(name))).map(([name]) => name)).to.deep.equal([]);
    });

    it("reports a version that does not arrive, and a cart that does not exist", async () => {
      const id = randomUUID();
      const unknown = await get(`/carts/${id}`);
      expect([unknown.status, unknown.body["type"]]).to.deep.equal([404, "/problems/not-found"]);
      const late = await get(`/carts/${id}?min_version=1`);
      expect([late.status, late.headers.get("retry-after")]).to.deep.equal([503, "1"]);
    });
  });
});
