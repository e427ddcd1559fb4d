import type { Projections } from "../projection/projection.ts";

/** Returns an expression for a column of the aggregate of `dead_letters d` in the read model. */
export const ofAggregate = (projections: Projections, column: "version" | "tenant_id"): string => {
  const cases = projections.map(({ aggregateType, tables: [{ name, aggregateColumn }] }) => {
    const value = `(SELECT a.${column} FROM ${name} a WHERE a.${aggregateColumn} = d.aggregate_id)`;
    return `WHEN '${aggregateType}' THEN ${value}`;
  });
  return `CASE d.aggregate_type ${cases.join(" ")} END`;
};
