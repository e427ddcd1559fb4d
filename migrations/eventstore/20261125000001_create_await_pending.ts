import type { Knex } from "knex";

/*
 * Waits until the shards have an unpublished row that is not among the known rows, or until it has polled `looks` times,
 * `pause` seconds apart. Both lists are comma-separated ids. Returns one row, which says whether it found a row.
 *
 * MySQL has no NOTIFY, so a relay has to poll. A poll inside the server wakes up one thread; a poll from a client wakes up
 * both sides and crosses the connection twice. So a relay can poll more often at a lower cost.
 *
 * It looks ahead: it sees a row as soon as the row is inserted (READ UNCOMMITTED, which SET TRANSACTION sets for the next
 * statement only), a millisecond or two before its transaction is committed, and then polls for the committed row in quick
 * succession. Only committed rows count as found. Each call polls quickly at most 25 times, about 6 ms, so that a transaction
 * that stays open costs no more than that.
 *
 * It uses SELECT … INTO, because a SELECT inside SET or IF would lock the rows that it reads and wait for inserting
 * transactions.
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
