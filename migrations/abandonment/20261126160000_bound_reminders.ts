import type { Knex } from "knex";
import { unlessDone } from "../src/unlessDone.ts";

/*
 * A previous release leaves the new columns of `timers` out: a timer that it writes has no user, and the worker then reads
 * the cart's events from the first one on.
 */
export async function up(knex: Knex): Promise<void> {
  await unlessDone(
    knex,
    `
    ALTER TABLE policies
      ADD COLUMN checkout_abandoned_minutes INT UNSIGNED NULL,
      ADD COLUMN overtaken_reminders VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT 'skip',
      ADD COLUMN max_reminders_per_day INT UNSIGNED NULL`,
  );

  // Workers claim timers tenant by tenant, so that the timers of one tenant do not delay those of another.
  await unlessDone(
    knex,
    `
    ALTER TABLE timers
      ADD COLUMN user_id VARCHAR(255) NULL COMMENT 'NULL: not known yet, the event store has it',
      ADD COLUMN stage VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'cart' COMMENT 'where the customer left: cart or checkout',
      ADD COLUMN active_at DATETIME(6) NULL COMMENT 'the customer''s last activity; NULL: as since',
      ADD COLUMN reminded_at DATETIME(6) NULL COMMENT 'the last reminder since the abandonment',
      ADD KEY timers_tenant_due (tenant_id, due_at)`,
  );

  // The last purchase of each user: it ends the reminders of the user's other carts.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS purchases (
      tenant_id    VARCHAR(64)  NOT NULL,
      user_id      VARCHAR(255) NOT NULL,
      purchased_at DATETIME(6)  NOT NULL,
      PRIMARY KEY (tenant_id, user_id),
      KEY purchases_age (purchased_at)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // The reminders to each user on each day, numbered from 1: the primary key keeps two workers from taking the same number.
  // The version is the cart's when the reminder was decided, so that a retry finds its own row.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS reminder_slots (
      tenant_id VARCHAR(64)       NOT NULL,
      user_id   VARCHAR(255)      NOT NULL,
      day       DATE              NOT NULL COMMENT 'in the time zone of the policy',
      slot      SMALLINT UNSIGNED NOT NULL,
      cart_id   BINARY(16)        NOT NULL,
      version   INT UNSIGNED      NOT NULL,
      PRIMARY KEY (tenant_id, user_id, day, slot),
      KEY reminder_slots_age (day)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS reminder_slots, purchases");
  await unlessDone(
    knex,
    `
    ALTER TABLE timers
      DROP KEY timers_tenant_due,
      DROP COLUMN user_id,
      DROP COLUMN stage,
      DROP COLUMN active_at,
      DROP COLUMN reminded_at`,
  );
  await unlessDone(
    knex,
    `
    ALTER TABLE policies
      DROP COLUMN checkout_abandoned_minutes,
      DROP COLUMN overtaken_reminders,
      DROP COLUMN max_reminders_per_day`,
  );
}
