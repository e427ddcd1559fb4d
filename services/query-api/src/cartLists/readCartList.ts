import type { CartStatus } from "@cart/domain";
import { cartColumns, type CartRow, toCartSummary } from "../carts/cartRow.ts";
import type { CartSummaryRecord } from "../carts/cartView.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import type { ListPosition } from "./listCursor.ts";

export type ListedBy = "user" | "tenant";

export type CartListQuery = {
  readonly of: string;
  /** Only carts of this tenant: another tenant may know another user by the same id. */
  readonly tenantId?: string | undefined;
  readonly status?: CartStatus | undefined;
  readonly limit: number;
  readonly after?: ListPosition | undefined;
};

export type CartListPage = { readonly carts: readonly CartSummaryRecord[]; readonly next: ListPosition | undefined };

const columns: Readonly<Record<ListedBy, string>> = { user: "c.user_id", tenant: "c.tenant_id" };
type Indexes = { readonly all: string; readonly ofStatus: string };

const indexes: Readonly<Record<ListedBy | "user of a tenant", Indexes>> = {
  user: { all: "carts_user", ofStatus: "carts_user_status" },
  "user of a tenant": { all: "carts_tenant_user", ofStatus: "carts_tenant_user_status" },
  tenant: { all: "carts_tenant", ofStatus: "carts_tenant_status" },
};

/**
 * A page of carts, newest first by (created_at, id). That key is unique and never
 * changes, so a walk through the pages shows each cart once, however much the carts
 * change meanwhile; by updated_at, a cart would move from page to page.
 *
 * A page reads its own rows and one more from an index, at any depth. The two ranges
 * are written out since MySQL does not use an index for (created_at, id) < (?, ?), and
 * the index is named since the statistics of a shop with one tenant speak for a scan.
 */
export const readCartList = async (
  readModel: ReadOnlyDatabase,
  by: ListedBy,
  { of, tenantId, status, limit, after }: CartListQuery,
): Promise<CartListPage> => {
  const owner = status === undefined ? `${columns[by]} = ?` : `${columns[by]} = ? AND c.status = ?`;
  const tenant = tenantId === undefined ? "TRUE" : "c.tenant_id = ?";
  const position = after === undefined ? "TRUE" : "(c.created_at < ? OR (c.created_at = ? AND c.id < ?))";
  const { all, ofStatus } = indexes[by === "user" && tenantId !== undefined ? "user of a tenant" : by];
  const rows = await readModel.query<CartRow & { readonly position: string }>(
    `SELECT ${cartColumns}, CAST(c.created_at AS CHAR) AS position
     FROM carts c FORCE INDEX (${status === undefined ? all : ofStatus})
     WHERE ${owner} AND ${tenant} AND ${position} ORDER BY c.created_at DESC, c.id DESC LIMIT ?`,
    [
      of,
      ...(status === undefined ? [] : [status]),
      ...(tenantId === undefined ? [] : [tenantId]),
      ...(after === undefined ? [] : [after.createdAt, after.createdAt, after.id]),
      // One more, to know whether there is a next page.
      limit + 1,
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    carts: page.map(toCartSummary),
    next: rows.length > limit && last !== undefined ? { createdAt: last.position, id: last.id } : undefined,
  };
};
