import type { Knex } from "knex";

/** MySQL's codes for a column or key that exists already, and for one that is gone already. */
const doneCodes: readonly unknown[] = ["ER_DUP_FIELDNAME", "ER_DUP_KEYNAME", "ER_CANT_DROP_FIELD_OR_KEY"];

/**
 * Runs a statement that MySQL has no `IF EXISTS` or `IF NOT EXISTS` for. A migration that
 * was cut short runs again from its first statement, and a statement that took effect
 * before then fails with one of the codes, which counts as success. MySQL changes a table as a whole or not at all, so a
 * statement with several clauses took effect with all of them.
 */
export const unlessDone = async (knex: Knex, statement: string, codes = doneCodes): Promise<void> => {
  try {
    await knex.raw(statement);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && codes.includes(error.code))) throw error;
  }
};
