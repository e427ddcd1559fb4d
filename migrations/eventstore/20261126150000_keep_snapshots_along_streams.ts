import type { Knex } from "knex";

/*
 * A stream keeps its older snapshots, so that a past version of a long cart is read from the snapshot before it. The version
 * becomes a part of the key. The release before this one works with both keys: it writes a snapshot with REPLACE, and of several
 * snapshots of a stream it uses the last in the order of the key, which is the newest. MySQL takes either statement twice.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("ALTER TABLE snapshots DROP PRIMARY KEY, ADD PRIMARY KEY (aggregate_id, aggregate_type, version)");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE older FROM snapshots older
    JOIN snapshots newer
      ON newer.aggregate_id = older.aggregate_id AND newer.aggregate_type = older.aggregate_type AND newer.version > older.version`);
  await knex.raw("ALTER TABLE snapshots DROP PRIMARY KEY, ADD PRIMARY KEY (aggregate_id, aggregate_type)");
}
