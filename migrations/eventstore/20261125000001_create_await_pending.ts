import type { Knex } from "knex";

/*
 * MySQL has no NOTIFY: whoever waits for a row has to look again and again. From here a look wakes up one thread, and from a
 * client it wakes up both sides and crosses between them twice. So a relay looks more often, at a lower cost.
 *
 * A SELECT, and not SET or IF with one inside: that would lock what it reads, and wait for whoever is inserting.
 *
 * Waits until there is an unpublished row of the shards that is none of the known ones, or until it has looked `looks` times,
 * `pause` seconds apart. Both lists are ids with commas between them. Gives one row: whether it found one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE PROCEDURE await_pending(shards TEXT, known MEDIUMTEXT, pause DOUBLE, looks INT)
    READS SQL DATA
    SQL SECURITY INVOKER
    BEGIN
      DECLARE found BOOLEAN DEFAULT FALSE;
      look: LOOP
        SELECT EXISTS (
          SELECT 1 FROM outbox FORCE INDEX (outbox_status)
          WHERE status = 'PENDING' AND FIND_IN_SET(shard, shards) > 0 AND FIND_IN_SET(id, known) = 0
        ) INTO found;
        SET looks = looks - 1;
        IF found OR looks <= 0 THEN LEAVE look; END IF;
        DO SLEEP(pause);
      END LOOP;
      SELECT found;
    END`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP PROCEDURE await_pending");
}
