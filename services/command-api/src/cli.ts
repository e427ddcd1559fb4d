#!/usr/bin/env node
import { userInfo } from "node:os";
import { type Cart, cartAggregate, type CartCommand, type CartEvent, type DomainEvent, tenantPolicyAggregate } from "@cart/domain";
import {
  cancelMove,
  countUnsealed,
  fillSnapshots,
  moveTenant,
  openEventStorePool,
  restoreStream,
  sealStored,
  type StoredAggregate,
  withKeys,
} from "@cart/event-store";
import { openMysqlPool } from "@cart/mysql";
import { openObjectStorage } from "@cart/object-storage";
import { localMasterKeys, type OpenErasures, openKeys, rewrapKeys, sealingConfig } from "@cart/personal-data";
import { loadConfig, mysqlUrl, positiveInteger, uuidArgument } from "@cart/process-kit";
import { Command, InvalidArgumentError } from "commander";
import { Type } from "typebox";
import { archiveCarts } from "./archive/archiveCarts.ts";
import { archiveConfig, restoreConfig } from "./archive/archiveConfig.ts";
import { openWaiting } from "./archive/openWaiting.ts";
import { retentionOf } from "./archive/retention.ts";
import { config as serviceConfig } from "./config.ts";
import { eraseShopper, showErasure } from "./erasures/erasureProgram.ts";
import { erasureNotPossible, erasureRequests } from "./erasures/erasureRequests.ts";
import { redoErasures } from "./erasures/redoErasures.ts";

/** Milliseconds between two lines of progress. */
const progressMs = 1_000;

/** Upper limit of keys that are read at once. */
const keysPerBatch = 500;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}: run it again to go on`)));
}

const notEmpty = (text: string): string => {
  if (text === "" || text.length > 255) throw new InvalidArgumentError("Expected 1 to 255 characters.");
  return text;
};

const print = (line: object): void => console.log(JSON.stringify(line));

/** Fills the snapshots of one type of aggregate and prints what was done. Resolves to whether all streams could be read. */
const fill = async <State, Command, Event extends DomainEvent>(
  pool: ReturnType<typeof openEventStorePool>,
  aggregate: StoredAggregate<State, Command, Event>,
): Promise<boolean> => {
  const filled = await fillSnapshots({
    pool,
    aggregate,
    signal: interrupted.signal,
    onDamage: ({ stream: { aggregateId }, version, code, reason }) =>
      print({ step: "damaged", aggregate_type: aggregate.type, aggregate_id: aggregateId, version, reason_code: code, reason }),
  });
  print({ step: "filled", aggregate_type: aggregate.type, ...filled });
  return filled.damaged === 0;
};

const program = new Command("command-api").description("Maintains the event store and the key store.");

program
  .command("fill-snapshots")
  .description(
    "store the snapshots that are missing along older streams, while the services run, and exit with 1 if a stream is damaged. " +
      "Needs EVENTSTORE_URL, not of a replica, and the services' keys of personal data. It can be interrupted and run again.",
  )
  .action(async () => {
    const config = loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl, ...sealingConfig }));
    const pool = openEventStorePool({ url: config.EVENTSTORE_URL, connectionLimit: 2 });
    const keys = openKeys(config);
    const carts = withKeys(cartAggregate, keys.ring, config.SEAL_PERSONAL_DATA);
    try {
      const areWhole = [await fill(pool, carts), await fill(pool, tenantPolicyAggregate)];
      if (areWhole.includes(false)) process.exitCode = 1;
    } finally {
      await keys.close();
      await pool.end();
    }
  });

/** Seals what is stored in plain text and prints what was done. Resolves to whether nothing is left. */
const seal = async (
  pool: ReturnType<typeof openEventStorePool>,
  carts: StoredAggregate<Cart, CartCommand, CartEvent>,
): Promise<boolean> => {
  let printed = 0;
  const { moving, ...result } = await sealStored({
    pool,
    aggregate: carts,
    signal: interrupted.signal,
    report: (sealed) => {
      if (Date.now() < printed + progressMs) return;
      printed = Date.now();
      print({ step: "sealing", ...sealed });
    },
    onDamage: ({ stream: { aggregateId }, version, code, reason }) =>
      print({ step: "damaged", aggregate_id: aggregateId, version, reason_code: code, reason }),
  });
  const isWhole = Object.values(result.left).every((rows) => rows === 0);
  print({ step: isWhole ? "sealed" : "incomplete", ...result, moving_tenants: moving });
  return isWhole;
};

program
  .command("seal-stored")
  .description(
    "encrypt the personal fields of events, snapshots and outbox rows that are stored in plain text, while the services run, and exit " +
      "with 1 if any is left. Needs EVENTSTORE_URL and KEYSTORE_URL of an administrator of both, and the services' PERSONAL_DATA_KEYS and " +
      "SEAL_PERSONAL_DATA=true. It can be interrupted and run again.",
  )
  .option("--dry-run", "only print how many rows are left")
  .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
    const config = loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl, ...sealingConfig }));
    if (!config.SEAL_PERSONAL_DATA)
      throw new Error("set SEAL_PERSONAL_DATA=true for the services first, or they go on storing plain text, and then here");
    const pool = openEventStorePool({ url: config.EVENTSTORE_URL, connectionLimit: 2 });
    const keys = openKeys(config);
    try {
      if (dryRun) print({ step: "counted", left: await countUnsealed(pool, cartAggregate.type) });
      else if (!(await seal(pool, withKeys(cartAggregate, keys.ring, true)))) process.exitCode = 1;
    } finally {
      await keys.close();
      await pool.end();
    }
  });

program
  .command("rewrap-keys")
  .description(
    "encrypt the keys of personal data by the first of PERSONAL_DATA_KEYS, while the services run, and print their number. Afterwards the " +
      "other master keys are not needed any more. Needs KEYSTORE_URL of a user who may change keys. It can be interrupted and run again.",
  )
  .action(async () => {
    const config = loadConfig(Type.Object({ KEYSTORE_URL: mysqlUrl, PERSONAL_DATA_KEYS: Type.String() }));
    const masterKeys = localMasterKeys(config.PERSONAL_DATA_KEYS);
    const pool = openMysqlPool({ url: config.KEYSTORE_URL, connectionLimit: 1 });
    let rewrapped = 0;
    try {
      for (let read = keysPerBatch; read === keysPerBatch; rewrapped += read) {
        interrupted.signal.throwIfAborted();
        read = await rewrapKeys(pool, masterKeys, keysPerBatch);
      }
    } finally {
      await pool.end();
    }
    print({ step: "rewrapped", master_key: masterKeys.currentId, keys: rewrapped });
  });

const { ERASURE_DUE_MS } = serviceConfig.properties;

/** Lends the journal of erasures, and what requests them. */
const onErasures = async (
  work: (erasures: OpenErasures, requests: ReturnType<typeof erasureRequests>) => Promise<number>,
): Promise<void> => {
  const config = loadConfig(Type.Object({ ...sealingConfig, ERASURE_DUE_MS }));
  const keys = openKeys(config, { erases: true });
  try {
    if (keys.erasures === undefined) throw new Error(`${erasureNotPossible.title}: set KEYSTORE_URL and PERSONAL_DATA_KEYS`);
    const requests = erasureRequests({ ...keys, seals: config.SEAL_PERSONAL_DATA, withinMs: config.ERASURE_DUE_MS });
    process.exitCode = await work(keys.erasures, requests);
  } finally {
    await keys.close();
  }
};

program
  .command("erase-shopper")
  .description(
    "erase a shopper, print the receipt after each step, and exit with 0 once nothing tells any more who it was, 2 if it is pending, 3 if " +
      "it is overdue, 1 if it cannot begin. The services erase, also after this command was interrupted. Needs the configuration of " +
      "command-api: KEYSTORE_URL, PERSONAL_DATA_KEYS, SEAL_PERSONAL_DATA.",
  )
  .argument("<tenant>", "the tenant's id", notEmpty)
  .argument("<user>", "the shopper's user id", notEmpty)
  .option("--by <name>", "who requests it, for the receipt", notEmpty, userInfo().username)
  .option("--no-wait", "exit at once")
  .action((tenantId: string, userId: string, { by, wait }: { by: string; wait: boolean }) =>
    onErasures(({ journal }, { request }) =>
      eraseShopper({ tenantId, userId, requestedBy: by }, { request, journal, print, waits: wait, signal: interrupted.signal }),
    ),
  );

program
  .command("erasure")
  .description("print the receipt of an erasure, and exit with 0 if it is done, 2 if it is pending, 3 if it is overdue, 1 if there is none")
  .argument("<id>", "the erasure's id", uuidArgument)
  .action((id: string) => onErasures(({ journal }) => showErasure(journal, id, print)));

program
  .command("redo-erasures")
  .description(
    "destroy the keys again that a key store which was restored from a backup has again although shoppers were erased since, and print " +
      "their number. Run it before the services start. Needs EVENTSTORE_URL, and command-api's KEYSTORE_URL and PERSONAL_DATA_KEYS. It can " +
      "be interrupted and run again.",
  )
  .action(() =>
    onErasures(async (erasures) => {
      const { EVENTSTORE_URL: url } = loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl }));
      const pool = openEventStorePool({ url, connectionLimit: 1 });
      try {
        print({ step: "redone", ...(await redoErasures(pool, erasures, interrupted.signal)) });
        return 0;
      } finally {
        await pool.end();
      }
    }),
  );

const archiver = (url: string) => openEventStorePool({ url, connectionLimit: 8 });

program
  .command("archive-carts")
  .description(
    "move finished carts that were left alone for longer than their tenants' retention to the archive, while the services run. Needs " +
      "EVENTSTORE_URL of a user who may delete events, ARCHIVE_STORAGE, ARCHIVE_AFTER_DAYS or ARCHIVE_TENANTS, and the services' keys of " +
      "personal data; with READMODEL_URL and ABANDONMENT_URL it leaves carts with dead letters and open timers alone. Exits with 1 if a " +
      "cart is damaged. It can be interrupted and run again.",
  )
  .option("--dry-run", "print the carts that are due, and change nothing", false)
  .option("--limit <carts>", "archive at most so many carts", positiveInteger, Infinity)
  .action(async ({ dryRun, limit }: { dryRun: boolean; limit: number }) => {
    const config = loadConfig(archiveConfig);
    const retention = retentionOf(config, new Date());
    if (retention.latest === undefined) throw new Error("no cart is ever archived: set ARCHIVE_AFTER_DAYS or ARCHIVE_TENANTS");
    const storage = openObjectStorage(config.ARCHIVE_STORAGE);
    const pool = archiver(config.EVENTSTORE_URL);
    const keys = openKeys(config);
    const waiting = openWaiting(config);
    try {
      const carts = withKeys(cartAggregate, keys.ring, config.SEAL_PERSONAL_DATA);
      const { signal } = interrupted;
      const { findWaiting } = waiting;
      const result = await archiveCarts({ pool, storage, carts, retention, findWaiting, report: print, signal, dryRun, limit });
      print({ step: dryRun ? "dry run" : "done", ...result });
      if (result.left.damaged !== undefined) process.exitCode = 1;
    } finally {
      await Promise.all([pool.end(), keys.close(), waiting.close()]);
      storage.close();
    }
  });

program
  .command("restore-cart")
  .description(
    "bring an archived cart back into the event store, and publish its events again. Needs EVENTSTORE_URL of a user who may delete events, " +
      "and ARCHIVE_STORAGE. The object stays. It can be interrupted and run again.",
  )
  .argument("<cart>", "the cart's id", uuidArgument)
  .action(async (cartId: string) => {
    const config = loadConfig(restoreConfig);
    const storage = openObjectStorage(config.ARCHIVE_STORAGE);
    const pool = archiver(config.EVENTSTORE_URL);
    try {
      const events = await restoreStream(pool, storage, { aggregateType: cartAggregate.type, aggregateId: cartId });
      print({ step: "restored", cart_id: cartId, events });
    } finally {
      await pool.end();
      storage.close();
    }
  });

const eventStoreUrl = (): string => loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl })).EVENTSTORE_URL;

program
  .command("move-tenant")
  .description(
    "move a tenant with its history to another event store: freeze, copy, verify, switch. Needs EVENTSTORE_URL, where the tenant is; " +
      "both URLs are of administrators. It can be interrupted and run again, and does what is left.",
  )
  .argument("<tenant>", "the tenant's id")
  .requiredOption("--to <url>", "the event store to which it moves, such as mysql://user:password@host:3306/eventstore")
  .action(async (tenantId: string, { to }: { to: string }) => {
    const { "--to": targetUrl } = loadConfig(Type.Object({ "--to": mysqlUrl }), { "--to": to });
    const source = openEventStorePool({ url: eventStoreUrl(), connectionLimit: 2 });
    const target = openEventStorePool({ url: targetUrl, connectionLimit: 2 });
    try {
      const report = (step: object): void => {
        interrupted.signal.throwIfAborted();
        print(step);
      };
      await moveTenant({ source, target, tenantId, report });
    } finally {
      await Promise.all([source.end(), target.end()]);
    }
  });

program
  .command("cancel-move")
  .description("let the event store of EVENTSTORE_URL accept a tenant's commands again, unless the tenant has left it")
  .argument("<tenant>", "the tenant's id")
  .action(async (tenantId: string) => {
    const source = openEventStorePool({ url: eventStoreUrl(), connectionLimit: 2 });
    try {
      await cancelMove(source, tenantId);
      print({ step: "cancelled" });
    } finally {
      await source.end();
    }
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`command-api: ${error instanceof Error ? error.message || String(error) : String(error)}`);
  process.exitCode = 1;
}
