/** Returns the condition that a JSON column has sealed parts. Every event and snapshot that was sealed has one at least. */
export const isSealedSql = (column: string): string => `JSON_CONTAINS_PATH(${column}, 'one', '$.sealed')`;

/** Returns the same condition for a column with text, which may be something else than JSON: that is not sealed. */
export const isSealedText = (column: string): string => `IF(JSON_VALID(${column}), ${isSealedSql(column)}, FALSE)`;
