export { type Columns, type EventStoreTables, eventRow, eventStoreTables, outboxRow, type TestTable } from "./eventStoreTables.ts";
export { multiplyRows } from "./multiplyRows.ts";
export { poisonOutbox, repairOutbox } from "./poisonOutbox.ts";
export { countSql } from "./countSql.ts";
