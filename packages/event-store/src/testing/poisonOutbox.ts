import type { Pool } from "mysql2/promise";

/** What a row has instead: without metadata it cannot be published, and nobody can read the other one once it is. */
const spoilt = { metadata: "'{}'", schema_version: "60000" } as const;

/**
 * Spoils a column of every future outbox row of these carts with this version, by default so that it cannot be published. A
 * trigger does so at the INSERT, because a relay may fetch a row as soon as it is committed. Returns a function that removes it.
 */
export const poisonOutbox = async (
  pool: Pick<Pool, "query">,
  database: string,
  {
    cartIds,
    version,
    column = "metadata",
  }: { readonly cartIds: readonly string[]; readonly version: number; readonly column?: keyof typeof spoilt },
): Promise<() => Promise<void>> => {
  await pool.query(
    `CREATE TRIGGER ${database}.spoil BEFORE INSERT ON ${database}.outbox FOR EACH ROW
     SET NEW.${column} = IF(NEW.version = ? AND BIN_TO_UUID(NEW.aggregate_id) IN (?), ${spoilt[column]}, NEW.${column})`,
    [version, cartIds],
  );
  return async () => void (await pool.query(`DROP TRIGGER ${database}.spoil`));
};

/** Gives the failed rows of the outbox the metadata of their events. */
export const repairOutbox = async (pool: Pick<Pool, "query">, database: string): Promise<void> => {
  await pool.query(
    `UPDATE ${database}.outbox o JOIN ${database}.events e ON e.event_id = o.event_id SET o.metadata = e.metadata WHERE o.status = 'FAILED'`,
  );
};
