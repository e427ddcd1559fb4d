import type { CartStatus } from "@cart/domain";
import { cartStatuses } from "../carts/cartStatuses.ts";
import { cartColumns, type CartRow, toCartSummary } from "../carts/cartRow.ts";
import type { CartSummaryRecord } from "../carts/cartView.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import type { ListPosition } from "./listCursor.ts";

export type ListedBy = "user" | "tenant";

export type CartListQuery = {
  readonly of: string;
  /** Only carts of this tenant: another tenant may know another user by the same id. */
  readonly tenantId?: string | undefined;
  /** Only carts with one of these; by default, with any. */
  readonly statuses?: readonly CartStatus[];
  readonly limit: number;
  readonly after?: ListPosition | undefined;
};

/** Carts that were last changed at this time or later. */
export type ActivityQuery = CartListQuery & { readonly since?: Date | undefined };

export type CartListPage = { readonly carts: readonly CartSummaryRecord[]; readonly next: ListPosition | undefined };

const columns: Readonly<Record<ListedBy, string>> = { user: "c.user_id", tenant: "c.tenant_id" };
type Indexes = { readonly all: string; readonly ofStatus: string };

const indexes: Readonly<Record<ListedBy | "user of a tenant", Indexes>> = {
  user: { all: "carts_user", ofStatus: "carts_user_status" },
  "user of a tenant": { all: "carts_tenant_user", ofStatus: "carts_tenant_user_status" },
  tenant: { all: "carts_tenant", ofStatus: "carts_tenant_status" },
};

/**
 * Reads a page of carts, newest first by (created_at, id). That key is unique and never
 * changes, so a walk through the pages shows each cart once, however much the carts
 * change meanwhile.
 *
 * A page reads its own rows and one more from an index, at any depth, and with several statuses as many for each of them.
 */
export const readCartList = async (
  readModel: ReadOnlyDatabase,
  by: ListedBy,
  { of, tenantId, statuses = [], limit, after }: CartListQuery,
): Promise<CartListPage> => {
  const { all, ofStatus } = indexes[by === "user" && tenantId !== undefined ? "user of a tenant" : by];
  const index = statuses.length === 0 ? all : ofStatus;
  const ranges = (statuses.length === 0 ? [undefined] : statuses).map((status): Range => ({
    index,
    time: "c.created_at",
    conditions: [
      [`${columns[by]} = ?`, of],
      ...(status === undefined ? [] : [["c.status = ?", status] as const]),
      ...(tenantId === undefined ? [] : [["c.tenant_id = ?", tenantId] as const]),
    ],
  }));
  return readPage(readModel, ranges, limit, after);
};

/**
 * Reads a page of carts, the last changed first, by (updated_at, id). A cart that changes between two pages moves to the front:
 * a walk through the pages may show it again, but misses none that stays as it is.
 *
 * A page of a tenant reads its own rows and one more for each status, at any depth. A page of a user, who has few carts, reads
 * past the carts of other statuses.
 */
export const readCartsByActivity = async (readModel: ReadOnlyDatabase, by: ListedBy, query: ActivityQuery): Promise<CartListPage> => {
  const { of, tenantId, statuses = [], since, limit, after } = query;
  const common: Range["conditions"] = [
    [`${columns[by]} = ?`, of],
    ...(tenantId === undefined || by === "tenant" ? [] : [["c.tenant_id = ?", tenantId] as const]),
    ...(since === undefined ? [] : [["c.updated_at >= ?", since] as const]),
  ];
  const time = "c.updated_at";
  const ranges: readonly Range[] =
    by === "tenant"
      ? (statuses.length === 0 ? cartStatuses : statuses).map((status) => ({
          index: "carts_tenant_activity",
          time,
          conditions: [...common, ["c.status = ?", status]],
        }))
      : [
          {
            index: "carts_user_activity",
            time,
            conditions: [...common, ...(statuses.length === 0 ? [] : [["c.status IN (?)", statuses] as const])],
          },
        ];
  return readPage(readModel, ranges, limit, after);
};

/** A part of an index that a page reads in its order, from its position on. */
type Range = {
  readonly index: string;
  readonly time: "c.created_at" | "c.updated_at";
  readonly conditions: readonly (readonly [sql: string, value: unknown])[];
};

const readPage = async (
  readModel: ReadOnlyDatabase,
  ranges: readonly Range[],
  limit: number,
  after: ListPosition | undefined,
): Promise<CartListPage> => {
  // One more, to know whether there is a next page.
  const most = limit + 1;
  const parts = ranges.map((range) => selectRange(range, most, after));
  const [first] = parts;
  if (first === undefined) throw new Error("a list has at least one range");
  const merged = `SELECT * FROM (${parts.map(({ sql }) => `(${sql})`).join(" UNION ALL ")}) AS page ORDER BY position DESC, id DESC LIMIT ?`;
  const rows = await (parts.length === 1
    ? readModel.query<PageRow>(first.sql, first.values)
    : readModel.query<PageRow>(merged, [...parts.flatMap(({ values }) => values), most]));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    carts: page.map(toCartSummary),
    next: rows.length > limit && last !== undefined ? { time: last.position, id: last.id } : undefined,
  };
};

type PageRow = CartRow & { readonly position: string };

/**
 * The two ranges after a position are written out because MySQL does not use an index for (created_at, id) < (?, ?), and the index
 * is named because the statistics of a shop with one tenant speak for a scan.
 */
const selectRange = ({ index, time, conditions }: Range, most: number, after: ListPosition | undefined) => ({
  sql: `SELECT ${cartColumns}, CAST(${time} AS CHAR) AS position
     FROM carts c FORCE INDEX (${index})
     WHERE ${conditions.map(([sql]) => sql).join(" AND ")} AND ${after === undefined ? "TRUE" : `(${time} < ? OR (${time} = ? AND c.id < ?))`}
     ORDER BY ${time} DESC, c.id DESC LIMIT ?`,
  values: [...conditions.map(([, value]) => value), ...(after === undefined ? [] : [after.time, after.time, after.id]), most],
});
