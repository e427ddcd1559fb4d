import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * A topic that is deleted and created again begins with the offset 0, so a place in Kafka does not identify a message for
 * ever. Dead letters are the same only if their event ids are the same too. The column has a default because the former
 * release, which may still run, does not write it.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `ALTER TABLE dead_letters ADD COLUMN message_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''
       COMMENT 'the event id or, without one, the SHA-256 of the message'`,
  );
  await knex.raw(`
    UPDATE dead_letters SET message_id = IFNULL((
      SELECT text FROM JSON_TABLE(headers, '$[*]' COLUMNS (name VARCHAR(64) PATH '$.name', text CHAR(36) PATH '$.text')) header
      WHERE name = 'ce_id' LIMIT 1), '')
    WHERE message_id = ''`);
  await unlessDone(knex, "ALTER TABLE dead_letters ADD UNIQUE KEY dead_letters_message (topic, kafka_partition, kafka_offset, message_id)");
  await unlessDone(knex, "ALTER TABLE dead_letters DROP KEY dead_letters_place");
}

/** Fails if two messages have the same place in Kafka: retry or discard one of them first. */
export async function down(knex: Knex): Promise<void> {
  await unlessDone(knex, "ALTER TABLE dead_letters ADD UNIQUE KEY dead_letters_place (topic, kafka_partition, kafka_offset)");
  await unlessDone(knex, "ALTER TABLE dead_letters DROP KEY dead_letters_message");
  await unlessDone(knex, "ALTER TABLE dead_letters DROP COLUMN message_id");
}
