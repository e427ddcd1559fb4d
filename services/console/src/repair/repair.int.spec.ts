import type { RequestListener } from "node:http";
import { tokenRules } from "@cart/cart-access";
import { openEventStorePool } from "@cart/event-store";
import { eventRow, eventStoreTables, outboxRow } from "@cart/event-store/testing";
import { apiConfig, apiGuard } from "@cart/http-kit";
import { createKafka } from "@cart/messaging";
import { migrateConsole, migrateEventStore, migrateReadModel } from "@cart/migrations";
import { createLogger, type HttpServer, listen, loadConfig, noTracer } from "@cart/process-kit";
import { createApplyBatch, openReadModelPool, projections } from "@cart/read-model";
import { added, cartId, created, messageOf } from "@cart/read-model/testing";
import { bearer, checkAnswers, openApiSpec, tokenEnv, type TokenClaims, useKafka, useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { api } from "../api.ts";
import { createAuditLog } from "../audit/auditLog.ts";
import { createApp } from "../createApp.ts";
import { createCounts } from "../overview/counts.ts";
import { startObserver } from "../overview/observer.ts";
import { createDeadLetterRepair } from "./deadLetterRepair.ts";
import { createJobs } from "./jobs.ts";
import { createOutboxRepair } from "./outboxRepair.ts";

const viewer: TokenClaims = { sub: "vera", tenant_id: "default", scope: "console:read" };
const repairer: TokenClaims = { sub: "rita", tenant_id: "default", scope: "console:repair" };
const elsewhere: TokenClaims = { sub: "eve", tenant_id: "shop-2", scope: "console:repair" };
const operator: TokenClaims = { sub: "otto", tenant_id: "shop-2", scope: "console:repair console:all-tenants" };
const shopper: TokenClaims = { sub: "sam", tenant_id: "default", scope: "carts:admin" };

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

describe("the console's back end", () => {
  const eventStore = useMysqlDatabase({ migrate: migrateEventStore });
  const readModel = useMysqlDatabase({ migrate: migrateReadModel });
  const own = useMysqlDatabase({ migrate: migrateConsole });
  const kafka = useKafka();

  // A nested suite: its connections end before the databases are dropped.
  describe("on servers of its own", () => {
    const closing: (() => Promise<unknown>)[] = [];
    let server: HttpServer;
    let carts: Pool;
    let answers: ReturnType<typeof checkAnswers>;
    const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;

    before("start it", async () => {
      const logger = createLogger({ service: "console", level: "silent" });
      const stopping = new AbortController();
      const events = openEventStorePool({ url: eventStore.url(), connectionLimit: 4 });
      closing.push(() => events.end());
      carts = openReadModelPool({ url: readModel.url(), connectionLimit: 4 });
      closing.push(() => carts.end());
      const audit = createAuditLog(own.pool(), logger);
      const counts = createCounts({
        eventStore: events,
        readModel: carts,
        kafka: createKafka({ brokers: kafka.brokers(), clientId: "console", logger }),
        topicPrefix: kafka.topicName("console."),
        groups: ["projector"],
      });
      closing.push(() => counts.close());
      const observer = startObserver({ targets: [], counts, projectorGroup: "projector", abandonmentGroup: "none", logger });
      closing.push(() => observer.stop());
      const rebuild = { eventStore: events, readModel: carts };
      const jobs = createJobs({ ...rebuild, rebuild, projections, audit });
      closing.push(() => jobs.stop());
      const app = createApp({
        queryApiUrl: "http://127.0.0.1:1",
        pageFolder: new URL("../../dist/browser/", import.meta.url).pathname,
        signIn: undefined,
        services: {
          observer,
          jobs,
          audit,
          projections,
          readModel: carts,
          deadLetters: createDeadLetterRepair(carts, projections),
          outbox: createOutboxRepair(events),
          canRebuild: true,
          traceUrl: undefined,
          charts: undefined,
        },
        guard: apiGuard(loadConfig(Type.Object(apiConfig), tokenEnv), tokenRules),
        logger,
        registry: new Registry(),
        tracer: noTracer,
        stopping: stopping.signal,
        readiness: {},
      });
      answers = checkAnswers(app, api.document);
      // Neither the page's files nor what query-api answers is in the console's document.
      const isDescribed = (path = ""): boolean => /^\/(api\/(?!query\/)|openapi|docs|healthz|readyz|metrics)/.test(path);
      const listener: RequestListener = (req, res) => {
        if (isDescribed(req.url)) answers.listener(req, res);
        else void app(req, res);
      };
      server = await listen(listener, { port: 0, host: "127.0.0.1" });
      closing.push(() => server.close());
    });
    after("stop it", async () => {
      for (const close of closing.toReversed()) await close();
      answers.assertAllDescribed();
    });

    beforeEach("empty the read model", async () => {
      for (const table of ["carts", "cart_items", "cart_milestones", "dead_letters"]) await readModel.pool().query(`DELETE FROM ${table}`);
    });

    const send = async (who: TokenClaims | undefined, method: string, path: string, body?: object): Promise<Answer> => {
      const response = await fetch(url(path), {
        method,
        headers: { ...(who === undefined ? {} : await bearer(who)), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
    };
    const get = (who: TokenClaims | undefined, path: string): Promise<Answer> => send(who, "GET", path);
    const lettersOf = async (who: TokenClaims): Promise<{ id: number; reason_code: string }[]> =>
      (await get(who, "/api/dead-letters")).body["dead_letters"] as { id: number; reason_code: string }[];

    const newestJob = async (): Promise<Record<string, unknown>> =>
      ((await get(operator, "/api/jobs")).body["jobs"] as Record<string, unknown>[])[0] ?? {};

    /** Cart 1 has version 1, a message that cannot be read as its version 2, and behind it the real versions 2 and 3. */
    const breakCart = async (): Promise<void> => {
      const apply = createApplyBatch(carts, projections);
      await apply([messageOf(1, 1, created), messageOf(1, 2, added("a"), { value: Buffer.from("<b>not JSON</b>") })]);
      await apply([
        { ...messageOf(1, 2, added("a")), offset: "9001" },
        { ...messageOf(1, 3, added("b")), offset: "9002" },
      ]);
    };
    const versionOf = async (): Promise<unknown> => {
      const [rows] = await readModel.pool().query("SELECT version FROM carts");
      return rows;
    };

    openApiSpec(api.document, url);

    it("serves its page and nothing else without a token", async () => {
      for (const path of ["/", "/carts", `/carts/${cartId(1)}`, "/repair/messages/7", "/tenants/default", "/signed-in"]) {
        const page = await fetch(url(path));
        expect([page.status, page.headers.get("content-type")], path).to.deep.equal([200, "text/html; charset=utf-8"]);
        expect(page.headers.get("content-security-policy")).to.equal(
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        );
      }
      for (const path of ["/api/session", "/api/overview", "/api/dead-letters", "/api/audit-log", `/api/query/carts/${cartId(1)}`]) {
        expect((await get(undefined, path)).status, path).to.equal(401);
      }
    });

    it("asks for its scope on every route, and for the scope to repair on every change", async () => {
      const routes = Object.entries(api.document.paths ?? {}).flatMap(([path, methods]) =>
        path.startsWith("/api/") ? Object.keys(methods).map((method) => [method.toUpperCase(), path] as const) : [],
      );
      expect(routes.filter(([method]) => method !== "GET")).to.have.length.above(4);
      await breakCart();
      for (const [method, path] of [...routes, ["GET", `/api/query/carts/${cartId(1)}`] as const]) {
        const address = path.replace("{id}", path.includes("jobs") ? cartId(1) : "1");
        const statusFor = async (who: TokenClaims | undefined): Promise<number> =>
          (await send(who, method, address, method === "POST" ? {} : undefined)).status;
        expect([await statusFor(undefined), await statusFor(shopper)], `${method} ${path}`).to.deep.equal([401, 403]);
        if (method !== "GET") expect(await statusFor(viewer), `${method} ${path}`).to.equal(403);
      }
      expect((await get(viewer, "/api/session")).body).to.include({ user_id: "vera", can_repair: false, sees_all_tenants: false });
      expect(await lettersOf(viewer)).to.have.length(3);
    });

    it("shows a tenant's dead letters to this tenant only, and those of no tenant to people who see all", async () => {
      await breakCart();
      await createApplyBatch(carts, projections)([messageOf(5, 4, added("x"))]);
      const [first] = await lettersOf(repairer);
      expect(await lettersOf(repairer)).to.have.length(3);
      expect((await get(elsewhere, "/api/dead-letters")).body).to.deep.equal({ reasons: [], dead_letters: [], next_after_id: null });
      expect(await lettersOf(operator)).to.have.length(4);
      expect((await get(elsewhere, `/api/dead-letters/${first?.id}`)).status).to.equal(404);
      for (const action of ["retries", "discards"])
        for (const choice of [{ id: first?.id }, { aggregate_id: cartId(1) }]) {
          expect((await send(elsewhere, "POST", `/api/dead-letter-${action}`, choice)).status, action).to.equal(404);
        }
      for (const reason of ["INVALID_JSON", "PARKED", "VERSION_GAP"]) await send(elsewhere, "POST", "/api/dead-letter-retries", { reason });
      await send(elsewhere, "POST", "/api/dead-letter-discards", { reason: "INVALID_JSON" });
      expect(await lettersOf(operator)).to.have.length(4);
      expect((await send(elsewhere, "POST", "/api/jobs", { kind: "rebuild-one", aggregate_id: cartId(1) })).status).to.equal(404);
      for (const kind of ["verify", "rebuild"]) expect((await send(repairer, "POST", "/api/jobs", { kind })).status, kind).to.equal(403);
    });

    it("finds a tenant's messages and events behind a thousand of another tenant, and repairs no others", async () => {
      const others = Array.from({ length: 1_001 }, (_, n) => n + 2);
      const ids = others.map(cartId);
      // Cart 1 is the last one.
      for (const numbers of [others, [1]])
        await createApplyBatch(
          carts,
          projections,
        )(
          numbers.flatMap((n) => [
            { ...messageOf(n, 1, created), offset: String(n) },
            { ...messageOf(n, 3, added("x")), offset: String(n + 5_000) },
          ]),
        );
      await readModel.pool().query("UPDATE carts SET tenant_id = 'shop-2' WHERE id = UUID_TO_BIN(?)", [cartId(1)]);
      const tables = eventStoreTables(eventStore.pool());
      const first = { version: 1, event_type: "CartCreated" };
      const tenantOf = (id: string): string => (id === cartId(1) ? "shop-2" : "default");
      const all = [...ids, cartId(1)];
      await tables.events.insert(all.map((id) => eventRow({ ...first, aggregate_id: id, event_data: { tenant_id: tenantOf(id) } })));
      await tables.outbox.insert(all.map((id) => outboxRow({ ...first, aggregate_id: id, status: "FAILED", retry_count: 10 })));
      // The id of a cart may be that of another tenant's policy.
      const policy = { aggregate_id: cartId(1), aggregate_type: "TenantPolicy", version: 1 };
      await tables.events.insert([eventRow({ ...policy, event_data: { tenant_id: "default" } })]);
      await tables.outbox.insert([outboxRow({ ...policy, status: "FAILED", retry_count: 10 })]);
      try {
        expect(await lettersOf(elsewhere)).to.have.length(1);
        expect((await send(elsewhere, "POST", "/api/dead-letter-retries", { reason: "VERSION_GAP" })).body).to.include({
          failed_queues: 1,
        });
        const rows = (await get(elsewhere, "/api/outbox-rows")).body["rows"] as object[];
        expect(rows).to.have.length(1);
        expect(rows[0]).to.include({ aggregate_id: cartId(1), tenant_id: "shop-2" });
        const another = await send(elsewhere, "POST", "/api/outbox-rows/retry", { aggregate_id: ids[0] });
        expect(another.status, "another tenant's event").to.equal(404);
        const ofAll = await send(elsewhere, "POST", "/api/outbox-rows/retry");
        expect(ofAll.body).to.deep.equal({ retried: 1, next_after_id: null });
        expect(await tables.outbox.count({ status: "FAILED" })).to.equal(1_002);

        let seen = 0;
        for (let after: number | null = 0; after !== null;) {
          const { body } = await get(repairer, `/api/outbox-rows?after_id=${after}`);
          seen += (body["rows"] as object[]).length;
          after = body["next_after_id"] as number | null;
        }
        expect(seen, "every event of the large tenant, page by page").to.equal(1_002);
        const one = await send(repairer, "POST", "/api/outbox-rows/retry", { aggregate_id: ids.at(-1) });
        expect(one.body).to.include({ retried: 1 });
        expect(await tables.outbox.count({ status: "FAILED" })).to.equal(1_001);
      } finally {
        await tables.clear();
      }
    });

    it("makes a cart whole: the bad message is discarded, and those behind it are retried", async () => {
      await breakCart();
      const [bad] = await lettersOf(repairer);
      const shown = await get(repairer, `/api/dead-letters/${bad?.id}`);
      expect(shown.body).to.deep.include({
        value: { text: "<b>not JSON</b>" },
        reason_code: "INVALID_JSON",
        waiting: 2,
        tenant_id: "default",
      });
      const failed = await send(repairer, "POST", "/api/dead-letter-retries", { reason: "INVALID_JSON" });
      expect(failed.body).to.include({ projected: 0, failed_queues: 1, next_after_id: null });
      expect((await send(repairer, "POST", "/api/dead-letter-discards", { id: bad?.id })).body).to.include({ discarded: 1 });
      const retried = await send(repairer, "POST", "/api/dead-letter-retries", { aggregate_id: cartId(1) });
      expect(retried.body).to.include({ projected: 2, failed_queues: 0 });
      expect(await lettersOf(repairer)).to.deep.equal([]);
      expect(await versionOf()).to.deep.equal([{ version: 3 }]);
    });

    it("writes who did what into its log before and after it is done", async () => {
      await breakCart();
      await send(repairer, "POST", "/api/dead-letter-discards", { reason: "INVALID_JSON" });
      await send(repairer, "POST", "/api/dead-letter-retries", { id: 999_999 });
      const ofTenant = (await get(viewer, "/api/audit-log")).body as { actions: Record<string, unknown>[] };
      const { actions } = ofTenant;
      expect(actions[1]).to.deep.include({
        user_id: "rita",
        action: "dead-letters.discard",
        details: { reason: "INVALID_JSON" },
        outcome: "SUCCEEDED",
        result: { discarded: 1, gaps: 1 },
      });
      expect(actions[0]).to.deep.include({ action: "dead-letters.retry", outcome: "FAILED" });
      const others = (await get(elsewhere, "/api/audit-log")).body as typeof ofTenant;
      expect(new Set(others.actions.map(({ tenant_id: tenant }) => tenant))).to.deep.equal(new Set(["shop-2"]));
    });

    it("does nothing that it cannot write down first", async () => {
      await breakCart();
      const { outbox } = eventStoreTables(eventStore.pool());
      await outbox.insert([outboxRow({ aggregate_id: cartId(1), version: 1, status: "FAILED", retry_count: 10 })]);
      await own.pool().query("RENAME TABLE audit_log TO hidden_log");
      try {
        for (const [path, body] of [
          ["/api/dead-letter-retries", { reason: "PARKED" }],
          ["/api/dead-letter-discards", { reason: "INVALID_JSON" }],
          ["/api/outbox-rows/retry", { aggregate_id: cartId(1) }],
        ] as const)
          expect((await send(operator, "POST", path, body)).status, path).to.equal(503);
        expect((await send(operator, "POST", "/api/jobs", { kind: "verify" })).status).to.equal(202);
        await waitFor("the job to fail", async () => expect((await newestJob())["state"]).to.equal("FAILED"));
        expect(await newestJob()).to.include({ result: null, error: "the audit log does not answer" });
        expect(await lettersOf(repairer)).to.have.length(3);
        expect(await outbox.count({ status: "FAILED" })).to.equal(1);
      } finally {
        await own.pool().query("RENAME TABLE hidden_log TO audit_log");
        await outbox.remove();
      }
    });

    it("verifies the read model in the background, and runs one job at a time", async () => {
      await breakCart();
      const started = await send(operator, "POST", "/api/jobs", { kind: "verify" });
      expect(started.status).to.equal(202);
      expect((await send(operator, "POST", "/api/jobs", { kind: "verify" })).body).to.include({ type: "/problems/job-runs" });
      await waitFor("the verification to end", async () => expect((await newestJob())["state"]).to.equal("SUCCEEDED"));
      expect((await newestJob())["result"], "the event store does not have the cart").to.include({ differences: 1 });
      const { actions } = (await get(operator, "/api/audit-log")).body as { actions: Record<string, unknown>[] };
      expect(actions[0]).to.deep.include({ user_id: "otto", action: "verify.run", outcome: "SUCCEEDED" });
      expect((await get(repairer, "/api/jobs")).body["jobs"]).to.deep.equal([]);
      expect((await send(operator, "DELETE", `/api/jobs/${String(started.body["id"])}`)).status, "it has ended").to.equal(404);
    });

    it("stops a verification for people who may repair it, and writes down who stopped it", async () => {
      await breakCart();
      const connection = await readModel.pool().getConnection();
      await connection.query("LOCK TABLES carts WRITE");
      let path = "";
      try {
        const started = await send(operator, "POST", "/api/jobs", { kind: "verify" });
        path = `/api/jobs/${String(started.body["id"])}`;
        expect((await send(viewer, "DELETE", path)).status).to.equal(403);
        expect((await send(elsewhere, "DELETE", path)).status).to.equal(404);
        await own.pool().query("RENAME TABLE audit_log TO hidden_log");
        expect((await send(operator, "DELETE", path)).status, "without its row in the log").to.equal(503);
        await own.pool().query("RENAME TABLE hidden_log TO audit_log");
        expect((await send(operator, "DELETE", path)).status).to.equal(204);
      } finally {
        await connection.query("UNLOCK TABLES");
        connection.release();
      }
      await waitFor("the verification to stop", async () => expect((await newestJob())["state"]).to.equal("STOPPED"));
      const { actions } = (await get(operator, "/api/audit-log")).body as { actions: Record<string, unknown>[] };
      expect(actions.find(({ action }) => action === "verify.stop")).to.include({ user_id: "otto", outcome: "SUCCEEDED" });
      expect((await send(operator, "DELETE", path)).status, "it has ended").to.equal(404);
    });

    it("answers 503 while query-api is away, and refuses a choice that is none", async () => {
      expect((await get(viewer, `/api/query/carts/${cartId(1)}`)).status).to.equal(503);
      expect((await send(repairer, "POST", "/api/dead-letter-retries", {})).status).to.equal(400);
      expect((await send(repairer, "POST", "/api/dead-letter-retries", { id: 1, reason: "PARKED" })).status).to.equal(400);
      expect((await send(operator, "POST", "/api/jobs", { kind: "rebuild-one" })).status).to.equal(400);
    });
  });
});
