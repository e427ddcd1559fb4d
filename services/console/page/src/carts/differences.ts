import type { Cart, CartItem } from "../api/types.ts";

export type LineChange = "added" | "removed" | "changed" | undefined;

export type MarkedLine = { readonly item: CartItem; readonly change: LineChange; readonly before: CartItem | undefined };

/** The lines of a cart, each with what happened to it since another version; those that were removed are last. */
export const markLines = (cart: Cart, before: Cart | undefined): readonly MarkedLine[] => {
  const former = new Map((before?.items ?? []).map((item) => [item.line_id, item]));
  const now = cart.items.map((item): MarkedLine => {
    const old = former.get(item.line_id);
    former.delete(item.line_id);
    if (before === undefined) return { item, change: undefined, before: undefined };
    if (old === undefined) return { item, change: "added", before: undefined };
    const isSame = JSON.stringify(old) === JSON.stringify(item);
    return { item, change: isSame ? undefined : "changed", before: old };
  });
  return [...now, ...[...former.values()].map((item): MarkedLine => ({ item, change: "removed", before: item }))];
};
