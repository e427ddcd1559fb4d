import type { Knex } from "knex";

/*
 * What people did with the console. A row is never changed: an action has a row when it starts, and another one when
 * it has ended. An action without a second row was cut short, and its outcome is not known.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS audit_log (
      id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      action_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      phase     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'STARTED, SUCCEEDED or FAILED',
      action    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      user_id   VARCHAR(255) NULL COMMENT 'NULL: the console checked no tokens',
      tenant_id VARCHAR(255) NULL COMMENT 'of the user',
      details   JSON         NOT NULL COMMENT 'what the action was for, or how it ended',
      at        DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
      PRIMARY KEY (id),
      UNIQUE KEY audit_log_phase (action_id, phase),
      KEY audit_log_tenant (tenant_id, id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS audit_log");
}
