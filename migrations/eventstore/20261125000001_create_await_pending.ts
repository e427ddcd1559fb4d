import type { Knex } from "knex";

/*
 * MySQL has no NOTIFY: whoever waits for a row has to look again and again. From here a look wakes up one thread, and from a
 * client it wakes up both sides and crosses between them twice. So a relay looks more often, at a lower cost.
 *
 * It looks ahead: it sees a row as soon as it is inserted (READ UNCOMMITTED, which SET TRANSACTION sets for the one statement
 * that follows), which is a millisecond or two before its transaction is committed, and then looks for the committed row in
 * quick succession. What it gives is of committed rows alone. Each call looks quickly some 25 times at most, about 6 ms: a
 * transaction that stays open costs no more than that.
 *
 * A SELECT, and not SET or IF with one inside: that would lock what it reads, and wait for whoever is inserting.
 *
 * Waits until there is an unpublished row of the shards that is none of the known ones, or until it has looked `looks` times,
 * `pause` seconds apart. Both lists are ids with commas between them. Gives one row: whether it found one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("DROP PROCEDURE IF EXISTS await_pending");
  await knex.raw(`
    CREATE PROCEDURE await_pending(shards TEXT, known MEDIUMTEXT, pause DOUBLE, looks INT)
    READS SQL DATA
    SQL SECURITY INVOKER
    BEGIN
      DECLARE found, ahead BOOLEAN DEFAULT FALSE;
      DECLARE quick_looks INT DEFAULT 25;
      look: LOOP
        IF NOT ahead THEN SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; END IF;
        SELECT EXISTS (
          SELECT 1 FROM outbox FORCE INDEX (outbox_status)
          WHERE status = 'PENDING' AND FIND_IN_SET(shard, shards) > 0 AND FIND_IN_SET(id, known) = 0
        ) INTO found;
        IF found AND ahead THEN LEAVE look; END IF;
        IF found THEN
          SET ahead = TRUE;
          ITERATE look;
        END IF;
        IF ahead AND quick_looks > 0 THEN
          SET quick_looks = quick_looks - 1;
          DO SLEEP(0.0002);
          ITERATE look;
        END IF;
        SET looks = looks - 1;
        IF looks <= 0 THEN LEAVE look; END IF;
        DO SLEEP(pause);
      END LOOP;
      SELECT found;
    END`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP PROCEDURE IF EXISTS await_pending");
}
