export { beforeInsert } from "./beforeInsert.ts";
export { type Columns, type EventStoreTables, eventRow, eventStoreTables, outboxRow } from "./eventStoreTables.ts";
export { multiplyArchived } from "./multiplyArchived.ts";
export { multiplyRows } from "./multiplyRows.ts";
export { poisonOutbox, repairOutbox } from "./poisonOutbox.ts";
export { countSql } from "./countSql.ts";
export { streamVersions } from "./streamVersions.ts";
export { fillSystemTablespace, moveToSystemTablespace } from "./systemTablespace.ts";
