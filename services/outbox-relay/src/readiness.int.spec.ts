import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createServiceUser, grantedSchema, migrateDown, migrateEventStore, migrationStatus } from "@cart/migrations";
import { createSchemaCheck, openMysqlPool, queryOf } from "@cart/mysql";
import { createLogger, createMetricsRegistry, listen, workerApp } from "@cart/process-kit";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { createRelayMetrics } from "./relayMetrics.ts";
import { requiredSchema } from "./requiredSchema.ts";

describe("the relay's HTTP surface", () => {
  // The database has no migrations, as if a release were rolled out before them.
  const database = useMysqlDatabase();
  let surface: Awaited<ReturnType<typeof serveWith>>;

  // A separate suite, so that its user is dropped before the database.
  describe("with the user of the relay", () => {
    const serviceUrl = (): string => {
      const url = new URL(database.url());
      url.username = database.name();
      url.password = "secret";
      return url.href;
    };

    before(async () => {
      await database.pool().query("CREATE USER ?@'%' IDENTIFIED BY 'secret'", [database.name()]);
      // To be let into a database that has no table yet, for which there can be no other grant.
      await database.pool().query("GRANT SHOW VIEW ON ??.* TO ?@'%'", [database.name().replaceAll("_", "\\_"), database.name()]);
      surface = await serveWith(serviceUrl());
    });
    after(async () => {
      await surface.stop();
      await database.pool().query("DROP USER IF EXISTS ?@'%'", [database.name()]);
    });

    it("is not ready before the migrations but shows its counters, and becomes ready by itself after them", async () => {
      const [status, text] = await surface.readiness();
      expect(status, text).to.equal(503);
      for (const table of Object.keys(requiredSchema.tables)) expect(text).to.contain(`table ${table}`);
      expect(text).to.contain("procedure await_pending");
      expect(await surface.metrics()).to.match(/^outbox_outages_total\{.*\} 1$/m);
      expect(await surface.metrics()).not.to.match(/^outbox_(rows|oldest_pending_seconds)[{ ]/m);

      await migrateEventStore(database.url());
      await createServiceUser("outbox-relay", "eventstore", { admin: database.url(), service: serviceUrl() });
      expect(await surface.readiness()).to.deep.equal([200, '{"status":"ready","checks":{"eventstore":"ok"}}']);
      expect(await surface.metrics()).to.match(/^outbox_rows\{status="PENDING".*\} 0$/m);
    });

    it("is not ready without the procedure of one of its migrations, and ready again once it is back", async () => {
      const { applied } = await migrationStatus("eventstore", database.url());
      const later = applied.slice(applied.findIndex((name) => name.includes("create_await_pending")));
      for (const _ of later) await migrateDown("eventstore", database.url());
      const [status, text] = await surface.readiness();
      expect(status, text).to.equal(503);
      expect(text).to.match(/missing: .*procedure await_pending/);
      await migrateEventStore(database.url());
      await createServiceUser("outbox-relay", "eventstore", { admin: database.url(), service: serviceUrl() });
      expect((await surface.readiness())[0]).to.equal(200);
    });

    it("requires everything that the migrations create for the relay and its user is granted", async () => {
      expect(requiredSchema).to.deep.equal(await grantedSchema("outbox-relay", "eventstore", database.url()));
    });
  });

  describe("while MySQL is away", () => {
    for (const [title, accept] of [
      ["because it hangs", () => undefined],
      ["because it closes each connection", (socket: Socket) => void socket.destroy()],
    ] as const) {
      it(`shows its counters and is not ready, ${title}`, async () => {
        const sockets: Socket[] = [];
        const mysql = createServer((socket) => {
          sockets.push(socket);
          accept(socket);
        }).listen(0, "127.0.0.1");
        await once(mysql, "listening");
        const address = mysql.address();
        const port = typeof address === "object" ? address?.port : undefined;
        const cutOff = await serveWith(`mysql://root@127.0.0.1:${port}/eventstore`);
        try {
          expect(await cutOff.metrics()).to.match(/^outbox_outages_total\{.*\} 1$/m);
          expect((await cutOff.readiness())[0]).to.equal(503);
        } finally {
          for (const socket of sockets) socket.destroy();
          // Errors of the last connections do not matter here.
          await cutOff.stop().catch(() => undefined);
          mysql.close();
        }
      });
    }
  });
});

/** As `main.ts` makes it, without what needs Kafka. */
const serveWith = async (url: string) => {
  const pool = openMysqlPool({ url, connectionLimit: 4, multipleStatements: true });
  const registry = createMetricsRegistry("outbox-relay");
  createRelayMetrics({ registry, pool, shardsHeld: () => 0 }).outage();
  const readiness = { eventstore: createSchemaCheck(queryOf(pool), requiredSchema) };
  const logger = createLogger({ service: "outbox-relay", level: "silent" });
  const app = workerApp({ registry, readiness, stopping: new AbortController().signal, logger });
  const server = await listen(app, { port: 0, host: "127.0.0.1" });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);
  return {
    readiness: async (): Promise<[number, string]> => {
      const response = await get("/readyz");
      return [response.status, await response.text()];
    },
    metrics: async (): Promise<string> => (await get("/metrics")).text(),
    stop: async (): Promise<void> => {
      await server.close();
      await pool.end();
    },
  };
};
