import type { Knex } from "knex";

/*
 * Waits until the cart is at the version or a later one, or until it has looked `looks` times, `pause` seconds apart: who
 * reads what was just written mostly has to wait for a few ms, and a look from here wakes up one thread instead of four.
 *
 * As `await_pending` of the event store does, it looks ahead: once it sees the projector's row, which is not committed yet, it
 * looks for the committed one in quick succession, some 25 times at most.
 *
 * A SELECT, and not SET or IF with one inside: that would lock what it reads, and wait for the projector's transactions.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("DROP PROCEDURE IF EXISTS await_cart");
  await knex.raw(`
    CREATE PROCEDURE await_cart(cart_id BINARY(16), min_version INT UNSIGNED, pause DOUBLE, looks INT)
    READS SQL DATA
    SQL SECURITY INVOKER
    BEGIN
      DECLARE reached, ahead BOOLEAN DEFAULT FALSE;
      DECLARE quick_looks INT DEFAULT 25;
      look: LOOP
        IF NOT ahead THEN SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; END IF;
        SELECT EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.version >= min_version) INTO reached;
        IF reached AND ahead THEN LEAVE look; END IF;
        IF reached THEN
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
    END`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP PROCEDURE IF EXISTS await_cart");
}
