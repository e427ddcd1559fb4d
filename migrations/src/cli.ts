#!/usr/bin/env node
import { Argument, Command, InvalidArgumentError } from "commander";
import { beginNewHistory } from "./beginNewHistory.ts";
import { createMigration, type MigratedDatabase, migrateDown, migratedDatabases, migrateUp, migrationStatus } from "./migrator.ts";
import { confirmLoss } from "./confirmLoss.ts";
import { followEventStore } from "./followEventStore.ts";
import { createServiceUser, databasesOf, servicesWithUser, type UserLimits } from "./serviceUsers.ts";

const urlVariable = {
  eventstore: "EVENTSTORE_URL",
  readmodel: "READMODEL_URL",
  abandonment: "ABANDONMENT_URL",
  console: "CONSOLE_URL",
  keystore: "KEYSTORE_URL",
} as const;

const required = (variable: string, meaning: string): string => {
  const value = process.env[variable];
  if (value === undefined || value === "") throw new Error(`${variable} is not set: expected ${meaning}`);
  return value;
};

const urlOf = (database: MigratedDatabase): string =>
  required(urlVariable[database], `the database's URL, such as mysql://user:password@localhost:3306/${database}`);

const print = (database: MigratedDatabase, verb: string, names: readonly string[]): void =>
  console.log(names.length === 0 ? `${database}: nothing to do` : names.map((name) => `${database}: ${verb} ${name}`).join("\n"));

/** A system whose events are not sealed has no key store. */
const isUsed = (database: MigratedDatabase): boolean => database !== "keystore" || (process.env["KEYSTORE_URL"] ?? "") !== "";

const chosen = (database: MigratedDatabase | "all"): readonly MigratedDatabase[] => {
  if (database !== "all") return [database];
  if (!isUsed("keystore")) console.log("keystore: left out, because KEYSTORE_URL is not set");
  return migratedDatabases.filter(isUsed);
};

/** Lets the read model and the timers follow the event store, unless they follow one already. */
const follow = async (): Promise<void> => {
  for (const follower of ["readmodel", "abandonment"] as const) {
    if (await followEventStore(urlOf("eventstore"), urlOf(follower))) continue;
    console.error(`${follower}: it follows another event store than EVENTSTORE_URL; docs/deployment.md#backup-and-restore says what to do`);
  }
};

/** Databases for manual tests, next to the real databases: test_eventstore, test_readmodel, test_abandonment and so on. */
const testUrlOf = (database: MigratedDatabase): string => {
  const url = new URL(urlOf(database));
  url.pathname = `/test_${url.pathname.slice(1)}`;
  return url.href;
};

const positiveInteger = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("expected a positive integer.");
  return Number(text);
};

const databaseArgument = (): Argument => new Argument("<database>", "which database").choices([...migratedDatabases, "all"]);

const program = new Command("migrate").description(
  "Migrations of the event store (EVENTSTORE_URL), the read model (READMODEL_URL), the timers of abandoned carts (ABANDONMENT_URL), the console (CONSOLE_URL) and the key store (KEYSTORE_URL, if personal fields are sealed)",
);

program
  .command("up")
  .description("apply every pending migration; creates the database if it does not exist")
  .addArgument(databaseArgument())
  .action(async (database: MigratedDatabase | "all") => {
    for (const each of chosen(database)) {
      print(each, "applied", await migrateUp(each, urlOf(each)));
      const { newer } = await migrationStatus(each, urlOf(each));
      if (newer.length > 0) console.log(`${each}: unchanged, because a newer release has migrated it (${newer.join(", ")})`);
    }
    if (database === "all") await follow();
  });

program
  .command("test-up")
  .description("like `up all`, for databases whose names have the prefix test_")
  .action(async () => {
    for (const each of chosen("all")) print(each, "applied", await migrateUp(each, testUrlOf(each)));
  });

program
  .command("down")
  .description("revert the newest migration; asks first, because the migration may drop tables with all their data")
  .addArgument(databaseArgument())
  .option("--all", "revert every migration: all data of the database is lost")
  .option("--yes", "do not ask")
  .action(async (database: MigratedDatabase | "all", options: { all?: boolean; yes?: boolean }) => {
    for (const each of chosen(database)) {
      const { applied } = await migrationStatus(each, urlOf(each));
      const names = options.all === true ? applied.toReversed() : applied.slice(-1);
      if (names.length > 0 && options.yes !== true) await confirmLoss(urlOf(each), names);
      print(each, "reverted", await migrateDown(each, urlOf(each), options));
    }
  });

program
  .command("status")
  .description("list applied and pending migrations")
  .addArgument(databaseArgument())
  .action(async (database: MigratedDatabase | "all") => {
    for (const each of chosen(database)) {
      const { applied, pending, newer } = await migrationStatus(each, urlOf(each));
      for (const name of applied) console.log(`${each}: applied  ${name}${newer.includes(name) ? " (by a newer release)" : ""}`);
      for (const name of pending) console.log(`${each}: pending  ${name}`);
    }
  });

program
  .command("users")
  .description(
    "create the MySQL user of each service, with its grants; COMMAND_API_EVENTSTORE_URL is the EVENTSTORE_URL of command-api, and so on",
  )
  .option("--require-tls", "the server refuses unencrypted connections of these users")
  .option("--max-connections <number>", "upper limit of each user's open connections, over all replicas", positiveInteger)
  .action(async (limits: UserLimits) => {
    for (const service of servicesWithUser) {
      // Only who archives carts needs a user that may delete events.
      if (service === "archive" && process.env["ARCHIVE_EVENTSTORE_URL"] === undefined) continue;
      for (const database of databasesOf(service).filter(isUsed)) {
        const variable = `${service.toUpperCase().replaceAll("-", "_")}_${urlVariable[database]}`;
        const serviceUrl = required(variable, `the ${urlVariable[database]} of ${service}`);
        await createServiceUser(service, database, { admin: urlOf(database), service: serviceUrl }, limits);
        print(database, "granted to", [service]);
      }
    }
  });

program
  .command("restored")
  .description(
    "bring topics, read model and timers in line with an event store that lost events and was restored: all of its events are published again. Stop every service first; it can be interrupted and run again. With KEYSTORE_URL, stored answers of shoppers who were erased since the backup are deleted.",
  )
  .option("--yes", "needed, because the read model and the timers are emptied")
  .action(async (options: { yes?: boolean }) => {
    if (!isUsed("keystore"))
      console.log("keystore: KEYSTORE_URL is not set, so stored answers of shoppers who were erased are not deleted");
    const urls = {
      eventstore: urlOf("eventstore"),
      readmodel: urlOf("readmodel"),
      abandonment: urlOf("abandonment"),
      keystore: isUsed("keystore") ? urlOf("keystore") : undefined,
    };
    if (options.yes !== true)
      throw new Error("this empties the read model and the timers, which are made again from the events. Add --yes");
    const { id, events } = await beginNewHistory(urls, (step) => console.log(step));
    console.log(`eventstore: ${events} events will be published again, as events of the event store ${id}`);
    console.log("Start the services. Then `projector verify` proves that the read model is in line.");
  });

program
  .command("create")
  .description("write an empty migration with the current time in its name")
  .addArgument(new Argument("<database>", "which database").choices(migratedDatabases))
  .argument("<name>", "what the migration does, in snake_case")
  .action(async (database: MigratedDatabase, name: string) => console.log(await createMigration(database, name, new Date())));

try {
  await program.parseAsync();
} catch (error) {
  console.error(`migrate: ${error instanceof Error ? error.message || String(error) : String(error)}`);
  process.exitCode = 1;
}
