import { readFileSync } from "node:fs";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { migrateUp, migratedDatabases } from "./migrator.ts";

/** The columns whose texts only the system, an operator or a shop's configuration chooses, in any table or in the one that is named. */
const withoutPersons = new Set([
  ..."aggregate_type event_type status owner currency milestone reason_code topic message_id tenant_id".split(" "),
  ..."merged_into funnel_stage stage title quiet_time_from quiet_time_to time_zone reminders overtaken_reminders".split(" "),
  ..."action action_id phase master_key_id wrapped place waits_for object_key sha256 archived_streams.event_data".split(" "),
]);

/** Whether the table is one of knex's own, which list the applied migrations. */
const isOfMigrations = (table: string): boolean => table.startsWith("migrations");

/** The columns of the document's table: `database.table.column`. */
const documented = (): string[] =>
  readFileSync(new URL("../../docs/privacy.md", import.meta.url), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, table, columns = ""] = /^\| `(\w+\.\w+)` +\| ([^|]+)\|/.exec(line) ?? [];
      return table === undefined ? [] : [...columns.matchAll(/`(\w+)`/g)].map(([, column]) => `${table}.${column}`);
    });

describe("docs/privacy.md", () => {
  const databases = migratedDatabases.map((name) => ({
    name,
    database: useMysqlDatabase({ migrate: async (url) => void (await migrateUp(name, url)) }),
  }));

  it("lists every column that can hold a text of a client, and no other", async () => {
    const found: string[] = [];
    for (const { name, database } of databases) {
      // A column of 16 bytes is a UUID, and an enumeration has no text of a client. JSON columns have no length.
      const [rows] = await database.pool().query<(RowDataPacket & { place: string; field: string })[]>(
        `SELECT TABLE_NAME AS place, COLUMN_NAME AS field FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE()
           AND (CHARACTER_MAXIMUM_LENGTH IS NOT NULL OR DATA_TYPE = 'json') AND COLUMN_TYPE <> 'binary(16)' AND DATA_TYPE <> 'enum'`,
      );
      found.push(...rows.filter(({ place }) => !isOfMigrations(place)).map(({ place, field }) => `${name}.${place}.${field}`));
    }
    const isListed = new Set(documented());
    const isPersonal = (column: string): boolean => {
      const [, table = "", name = ""] = column.split(".");
      return isListed.has(column) || !(withoutPersons.has(name) || withoutPersons.has(`${table}.${name}`));
    };
    expect(found.filter(isPersonal).toSorted()).to.deep.equal([...isListed].toSorted());
  });
});
