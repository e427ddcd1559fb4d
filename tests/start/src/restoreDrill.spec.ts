import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { eventStoreTables } from "@cart/event-store/testing";
import { type Archive, documentedBackup, type DocumentedBackup } from "@cart/tests-common";
import { waitUntil } from "@cart/tools/own-servers";
import { expect } from "chai";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { addTo, cartId, itemsOf } from "./carts.ts";
import { type CommandOutcome, runCommand } from "./runCommand.ts";
import { type RunningStart, startOn } from "./runningStart.ts";
import { startSuiteServers, type SuiteServers } from "./suiteServers.ts";

/** Each restored cart has two events, CartCreated and ItemAddedToCart. */
const restoredVersion = 2;
const kept = Array.from({ length: 20 }, (_, index) => index);
/** Carts that the backup does not have. */
const lost = kept.map((number) => number + 100);

describe("the drill of a restore", function () {
  this.timeout(300_000);
  let servers: SuiteServers;
  let connection: Connection;
  let backup: DocumentedBackup;
  before(async () => {
    servers = await startSuiteServers("restore-drill");
    backup = await documentedBackup(servers);
    connection = await mysql.createConnection(servers.mysqlUrl);
  });
  after(async () => {
    await connection.end();
    await servers.stop();
  });

  let running: RunningStart | undefined;
  const start = async (): Promise<RunningStart> => {
    const started = await startOn(join(servers.folder, "start"), { MYSQL_URL: servers.mysqlUrl, KAFKA_BROKERS: servers.brokers });
    running = started;
    await started.untilItSays(/Ready after/);
    return started;
  };
  // What a test that failed has left.
  afterEach(async () => {
    running?.interrupt();
    await running?.exitCode;
  });
  const end = async (started: RunningStart): Promise<void> => {
    started.interrupt();
    expect(await started.exitCode).to.equal(0);
  };
  const command = (file: string, args: readonly string[], killAt?: RegExp): Promise<CommandOutcome> => {
    const urls = Object.fromEntries(
      ["eventstore", "readmodel", "abandonment"].map((name) => [`${name.toUpperCase()}_URL`, servers.databaseUrl(name)]),
    );
    const archive = { ARCHIVE_STORAGE: pathToFileURL(join(servers.folder, "archive")).href, ARCHIVE_AFTER_DAYS: "0" };
    return runCommand({ file, args, env: { ...urls, ...archive }, ...(killAt && { killAt }) });
  };
  const verify = () => command("services/projector/src/cli.ts", ["verify"]);
  const bringInLine = (killAt?: RegExp) => command("migrations/src/cli.ts", ["restored", "--yes"], killAt);

  /** Kills the command while it waits for a row of the table, which this test has locked. */
  const killAtTable = async (database: string, table: string, killAt: RegExp): Promise<void> => {
    await connection.query("START TRANSACTION");
    const [rows] = await connection.query<RowDataPacket[]>("SELECT * FROM ??.?? FOR UPDATE", [database, table]);
    expect(rows.length).to.be.greaterThan(0);
    const killed = await bringInLine(killAt);
    await connection.query("ROLLBACK");
    expect(killed.code, killed.said).to.equal(null);
  };

  /** Resolves when there are exactly these numbers of timers, by the version of their cart. */
  const untilTimersAre = (expected: Readonly<Record<number, number>>): Promise<void> =>
    waitUntil(`the timers ${JSON.stringify(expected)}`, 60, async () => {
      const [timers] = await connection.query<(RowDataPacket & { version: number; carts: number })[]>(
        "SELECT version, COUNT(*) AS carts FROM abandonment.timers GROUP BY version",
      );
      expect(Object.fromEntries(timers.map(({ version, carts }) => [version, carts]))).to.deep.equal(expected);
    });

  it("brings topics, read model and timers in line with yesterday's event store, although the command is killed, and new events follow", async () => {
    const yesterday = await start();
    await addTo(yesterday, kept, "kept");
    await backup.dump();
    // The backup lacks these events, of carts that it has and of others.
    await addTo(yesterday, [...kept.slice(0, 10), ...lost], "lost");
    await untilTimersAre({ 2: 30, 3: 10 });
    await end(yesterday);
    await connection.query("DROP DATABASE eventstore");
    await backup.restoreDump();

    const before = await verify();
    expect(before.code, before.said).to.equal(1);
    await killAtTable("readmodel", "carts", /events are in the outbox/);
    await killAtTable("abandonment", "timers", /readmodel is empty/);
    const restored = await bringInLine();
    expect(restored.said).to.contain("eventstore: 40 events will be published again");
    expect(restored.code).to.equal(0);

    const today = await start();
    for (const cart of kept) expect(await itemsOf(today.queryApi, cart, restoredVersion)).to.deep.equal(["kept"]);
    for (const cart of lost) expect((await fetch(`${today.queryApi}/carts/${cartId(cart)}`)).status).to.equal(404);
    const verified = await verify();
    expect(verified.said).to.match(/"aggregates":20,.*"differences":0/);
    expect(verified.code).to.equal(0);

    await addTo(today, [...kept, ...lost.slice(0, 2)], "new");
    const [first = 0] = lost;
    expect(await itemsOf(today.queryApi, first, restoredVersion)).to.deep.equal(["new"]);
    expect((await verify()).said).to.match(/"aggregates":22,.*"differences":0/);
    await untilTimersAre({ 2: 2, 3: 20 });
    await end(today);
  });

  type LogPosition = RowDataPacket & { readonly File: string; readonly Position: number };

  /** Resolves to the end of the binary logs, once the archive has all of them. */
  const endOfLogs = async ({ folder }: Archive): Promise<number> => {
    const [[status]] = await connection.query<LogPosition[]>("SHOW BINARY LOG STATUS");
    if (status === undefined) throw new Error("the server writes no binary log");
    await waitUntil(`the archive to have ${status.File} up to ${status.Position}`, 60, async () => {
      expect((await stat(join(folder, status.File))).size).to.be.at.least(status.Position);
    });
    return status.Position;
  };
  /** Everything that a restore brings back, row by row. */
  const stored = async (): Promise<readonly unknown[]> => {
    const { events, outbox, snapshots, keys, archived } = eventStoreTables(connection, "eventstore");
    return Promise.all([events, outbox, snapshots, keys, archived].map((table) => table.rows()));
  };
  /** Archives a cart whose events the dump has. */
  const archiveCart = async ({ commandApi }: RunningStart, cart: number): Promise<void> => {
    const purchased = await fetch(`${commandApi}/carts/${cartId(cart)}/purchase`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ order_id: "order-1" }),
    });
    expect(purchased.status).to.equal(200);
    const { outbox, archived } = eventStoreTables(connection, "eventstore");
    await waitUntil("an empty outbox", 60, async () => void expect(await outbox.has({ status: "PENDING" })).to.equal(false));
    const run = await command("services/command-api/src/cli.ts", ["archive-carts"]);
    expect(run.code, run.said).to.equal(0);
    expect(await archived.count({ aggregate_id: cartId(cart) })).to.equal(1);
  };

  it("restores to the moment before a mistake, from a dump that was made under load and the binary logs, with a cart archived between; then nothing else is to be done", async () => {
    const more = kept.map((number) => number + 200);
    const system = await start();
    await addTo(system, more, "before the dump");
    const load = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) await addTo(system, more, `during the dump ${round}`);
    };
    const [{ file, position }] = await Promise.all([backup.dump(), load()]);
    const archive = await backup.archive(file);
    await connection.query("FLUSH BINARY LOGS");
    await addTo(system, [...more, 300, 301], "after the dump");
    await archiveCart(system, 219);
    await end(system);
    const expected = await stored();
    const stopPosition = await endOfLogs(archive);
    await connection.query("DROP DATABASE eventstore");
    await archive.end();

    await backup.restoreDump();
    expect(await stored()).to.not.deep.equal(expected);
    await backup.applyLogs(position, stopPosition);
    expect(await stored()).to.deep.equal(expected);

    const again = await start();
    const verified = await verify();
    expect(verified.said).to.match(/"differences":0/);
    expect(verified.code).to.equal(0);
    expect((await fetch(`${again.queryApi}/carts/${cartId(219)}`)).status).to.equal(410);
    await addTo(again, [...more.slice(0, -1), 302], "after the restore");
    expect((await verify()).said).to.match(/"differences":0/);
    await end(again);
  });
});
