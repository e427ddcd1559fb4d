import type { Knex } from "knex";

/*
 * Waits until the cart is at `min_version` or a later version, or until it has polled `looks` times, `pause` seconds apart. A
 * client that reads its own write mostly waits a few milliseconds, and a poll inside the server wakes up one thread instead of
 * four.
 *
 * Like `await_pending` of the event store it looks ahead: once it sees the projector's uncommitted row, it polls for the
 * committed row in quick succession, at most 25 times.
 *
 * It uses SELECT … INTO, because a SELECT inside SET or IF would lock the rows that it reads and wait for the projector's
 * transactions.
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
