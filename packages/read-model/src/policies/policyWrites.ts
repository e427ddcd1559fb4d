import { type Statement, uuidToBytes } from "@cart/mysql";
import { columnsOf } from "../projection/projectedTable.ts";
import type { Change } from "../projection/projection.ts";
import { policiesTable, policyRow } from "./policyRows.ts";
import type { ProjectedPolicy } from "./projectedPolicy.ts";

const columns = columnsOf(policiesTable);
const insert = `INSERT INTO cart_abandoned_policies (${columns.join(", ")}) VALUES (?)`;
const upsert = `${insert} AS new ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = new.${column}`).join(", ")}`;

/** Returns one statement for each change, because a tenant seldom changes its policy. */
export const policyWrites = (changes: readonly Change<ProjectedPolicy>[]): Statement[] =>
  changes.flatMap(({ id, before, after }) => {
    const row = policyRow(uuidToBytes(id), after);
    return row === undefined ? [] : [{ sql: before.version === 0 ? insert : upsert, values: [row] }];
  });
