import type { Pool } from "mysql2/promise";

/**
 * Makes every future outbox row of these carts with this version be stored without metadata, so that it cannot be published. A
 * trigger does so at the INSERT, because a relay may fetch a row as soon as it is committed. Returns a function that removes it.
 */
export const poisonOutbox = async (
  pool: Pick<Pool, "query">,
  database: string,
  { cartIds, version }: { readonly cartIds: readonly string[]; readonly version: number },
): Promise<() => Promise<void>> => {
  await pool.query(
    `CREATE TRIGGER ${database}.spoil BEFORE INSERT ON ${database}.outbox FOR EACH ROW
     SET NEW.metadata = IF(NEW.version = ? AND BIN_TO_UUID(NEW.aggregate_id) IN (?), '{}', NEW.metadata)`,
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
