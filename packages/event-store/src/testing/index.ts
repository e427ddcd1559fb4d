export { type Columns, type EventStoreTables, eventRow, eventStoreTables, outboxRow, type TestTable } from "./eventStoreTables.ts";
