/**
 * The beginning of a DELETE whose condition is a list of primary keys, or of their first columns. Left to itself, MySQL deletes a good
 * part of a small table by reading all of it. Then it waits for the commit of everyone who has written any other row, however long
 * that takes.
 */
export const deleteByKeys = (table: string): string => `DELETE /*+ INDEX(${table} PRIMARY) */ FROM ${table}`;
