import { bytesToUuid } from "@cart/mysql";
import { cartColumns, type ColumnValue, itemColumns } from "../readModel/cartRows.ts";
import type { CartRows } from "../rebuild/storeCarts.ts";

/** Versions are 0 for a cart that is not there. */
export type Difference = {
  readonly aggregate_id: string;
  /**
   * - `MISSING`: only the event store has it;
   * - `BEHIND`: the read model has fewer events;
   * - `UNKNOWN`: only the read model has it;
   * - `AHEAD`: the read model has more events;
   * - `DIFFERENT`: the same events, other content.
   */
  readonly difference: "MISSING" | "BEHIND" | "UNKNOWN" | "AHEAD" | "DIFFERENT";
  readonly version: number;
  readonly expected_version: number;
  /** Which columns differ, those of a line with its item id. At most 20. */
  readonly columns: readonly { readonly column: string; readonly found: unknown; readonly expected: unknown }[];
};

/** What is there against what should be there, in the order of the ids. */
export const compareCarts = (found: CartRows, expected: CartRows): Difference[] => {
  const foundCarts = byCart(found);
  const expectedCarts = byCart(expected);
  const ids = [...new Set([...foundCarts.keys(), ...expectedCarts.keys()])].toSorted();
  return ids.flatMap((id) => compareOne(id, foundCarts.get(id), expectedCarts.get(id)) ?? []);
};

type OneCart = { readonly cart: readonly ColumnValue[]; readonly items: Map<string, readonly ColumnValue[]> };

const byCart = ({ carts, items }: CartRows): Map<string, OneCart> => {
  const found = new Map(carts.map((cart): [string, OneCart] => [hexOf(cart[0]), { cart, items: new Map() }]));
  for (const item of items) found.get(hexOf(item[0]))?.items.set(String(item[1]), item);
  return found;
};

const hexOf = (id: ColumnValue | undefined): string => (Buffer.isBuffer(id) ? bytesToUuid(id) : "");

const versionIndex = cartColumns.indexOf("version");
const versionOf = (one: OneCart | undefined): number => Number(one?.cart[versionIndex] ?? 0);

const compareOne = (id: string, found: OneCart | undefined, expected: OneCart | undefined): Difference | undefined => {
  const version = versionOf(found);
  const expectedVersion = versionOf(expected);
  const difference = (kind: Difference["difference"], columns: Difference["columns"] = []): Difference => ({
    aggregate_id: id,
    difference: kind,
    version,
    expected_version: expectedVersion,
    columns,
  });
  if (found === undefined) return difference("MISSING");
  if (expected === undefined) return difference("UNKNOWN");
  if (version < expectedVersion) return difference("BEHIND");
  if (version > expectedVersion) return difference("AHEAD");

  const columns = [
    ...differingColumns("", cartColumns, found.cart, expected.cart),
    ...[...new Set([...found.items.keys(), ...expected.items.keys()])].flatMap((itemId) =>
      differingColumns(`${itemId}.`, itemColumns, found.items.get(itemId), expected.items.get(itemId)),
    ),
  ];
  return columns.length === 0 ? undefined : difference("DIFFERENT", columns.slice(0, 20));
};

const differingColumns = (
  prefix: string,
  names: readonly string[],
  found: readonly ColumnValue[] | undefined,
  expected: readonly ColumnValue[] | undefined,
): Difference["columns"] => {
  if (found === undefined || expected === undefined) {
    return [
      { column: `${prefix}*`, found: found === undefined ? "no line" : "a line", expected: expected === undefined ? "no line" : "a line" },
    ];
  }
  return names.flatMap((name, index) => {
    const [a, b] = [shown(found[index]), shown(expected[index])];
    return a === b ? [] : [{ column: `${prefix}${name}`, found: a, expected: b }];
  });
};

const shown = (value: ColumnValue | undefined): string | number | null => {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return bytesToUuid(value);
  return value instanceof Date ? value.toISOString() : value;
};
