import type { Knex } from "knex";

/*
 * Tenants that this event store refuses, because they move to or from another one (ADR 31). Every append locks the first row, which is
 * no tenant's, in share mode, and whoever closes a tenant locks it exclusively: after that no append is open that has not seen it. The
 * release before this one does not read the table.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE IF NOT EXISTS tenant_moves (
      tenant_id  VARCHAR(64) NOT NULL,
      state      ENUM('GATE', 'FROZEN', 'COPIED', 'MOVED', 'ARRIVING') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      other_id   BINARY(16)  NULL COMMENT 'the event store to which the tenant moves, or from which it arrives',
      changed_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      PRIMARY KEY (tenant_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin`);
  await knex.raw("INSERT IGNORE INTO tenant_moves (tenant_id, state) VALUES ('', 'GATE')");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("DROP TABLE IF EXISTS tenant_moves");
}
