/** Statements for a suite that has no connection to the database but a client program in the database's container. */
export const countSql = {
  events: (database: string): string => `SELECT COUNT(*) FROM ${database}.events`,
  unpublished: (database: string): string => `SELECT COUNT(*) FROM ${database}.outbox WHERE status <> 'PUBLISHED'`,
} as const;
