import type { Knex } from "knex";

/*
 * Waits until the cart is at the version or a later one, or until it has looked `looks` times, `pause` seconds apart: who
 * reads what was just written mostly has to wait for a few ms, and a look from here wakes up one thread instead of four.
 *
 * A SELECT, and not SET or IF with one inside: that would lock what it reads, and wait for the projector's transactions.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE PROCEDURE await_cart(cart_id BINARY(16), min_version INT UNSIGNED, pause DOUBLE, looks INT)
    READS SQL DATA
    SQL SECURITY INVOKER
    BEGIN
      DECLARE reached BOOLEAN DEFAULT FALSE;
      look: LOOP
        SELECT EXISTS (SELECT 1 FROM carts c WHERE c.id = cart_id AND c.version >= min_version) INTO reached;
        SET looks = looks - 1;
        IF reached OR looks <= 0 THEN LEAVE look; END IF;
        DO SLEEP(pause);
      END LOOP;
    END`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP PROCEDURE await_cart");
}
