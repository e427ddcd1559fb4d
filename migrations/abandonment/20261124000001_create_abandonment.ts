import type { Knex } from "knex";

/*
 * The timers of the service `cart-abandonment`. Like a read model, everything here follows from events. Times are the
 * events' times in UTC, or the service's own clock, never the server's clock.
 */
export async function up(knex: Knex): Promise<void> {
  // The newest policy of each tenant that has a cart. A worker that computes a due time holds a shared lock on the row, so that
  // after a new version is committed no due time based on an older version can be committed.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS policies (
      tenant_id         VARCHAR(64)  NOT NULL,
      version           INT UNSIGNED NOT NULL COMMENT '0: the tenant has no policy',
      abandoned_minutes INT UNSIGNED NULL,
      quiet_time_from   CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'local time, as 22:00:00',
      quiet_time_to     CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL,
      time_zone         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
      reminders         JSON         NULL COMMENT 'minutes after the abandonment, one for each step',
      moving            BOOLEAN      NOT NULL DEFAULT FALSE COMMENT 'timers may still be due by an older version',
      PRIMARY KEY (tenant_id),
      KEY policies_moving (moving)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);

  // One row for each cart that waits for something. The row is deleted when the wait ends.
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS timers (
      cart_id        BINARY(16)   NOT NULL,
      tenant_id      VARCHAR(64)  NULL COMMENT 'NULL: not known yet, the event store has it',
      version        INT UNSIGNED NOT NULL COMMENT 'of the last event of the cart that is in this row',
      step           SMALLINT UNSIGNED NOT NULL COMMENT '0: the cart is to be abandoned; n: its nth reminder',
      since          DATETIME(6)  NOT NULL COMMENT 'the last activity, or for a reminder the abandonment',
      policy_version INT UNSIGNED NOT NULL COMMENT 'of the policy that due_at is by',
      due_at         DATETIME(6)  NULL COMMENT 'NULL: the tenant has no policy',
      claimed_until  DATETIME(6)  NULL COMMENT 'until then a worker has it',
      PRIMARY KEY (cart_id),
      KEY timers_due (due_at),
      KEY timers_policy (tenant_id, policy_version)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS timers, policies");
}
