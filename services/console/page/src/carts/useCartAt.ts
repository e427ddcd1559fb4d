import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, request } from "../api/client.ts";
import type { Cart } from "../api/types.ts";
import { toApiError } from "../api/useQuery.ts";

/** Versions that are kept: a cart never changes at a version, so going back and forth asks once. */
const maxKept = 40;
/** Milliseconds that a slider must rest before its version is asked for. */
const restMs = 60;

type Shown = {
  readonly cart: Cart | undefined;
  readonly before: Cart | undefined;
  /** Why the wanted version is not shown; `undefined` after a success. */
  readonly error: ApiError | undefined;
};

export type CartAt = Shown & { readonly reload: () => void };

/** The cart at a version and at another one, so that the differences can be shown; 0 is no version. The last answer stays until the next one is there. */
export const useCartAt = (id: string, version: number, other: number): CartAt => {
  const kept = useRef(new Map<number, Cart>());
  const [shown, setShown] = useState<Shown>({ cart: undefined, before: undefined, error: undefined });

  const [asked, setAsked] = useState(0);
  const reload = useCallback(() => setAsked((times) => times + 1), []);

  useEffect(() => {
    if (version < 1) return undefined;
    const abort = new AbortController();
    const read = async (at: number): Promise<Cart> => {
      const found = kept.current.get(at);
      if (found !== undefined) return found;
      const cart = (await request(`/api/query/carts/${encodeURIComponent(id)}?at_version=${at}`, { signal: abort.signal })) as Cart;
      kept.current.set(at, cart);
      const [oldest] = kept.current.keys();
      if (kept.current.size > maxKept && oldest !== undefined) kept.current.delete(oldest);
      return cart;
    };
    const show = async (): Promise<void> => {
      try {
        const [cart, before] = await Promise.all([read(version), other > 0 ? read(other) : undefined]);
        if (!abort.signal.aborted) setShown({ cart, before, error: undefined });
      } catch (error) {
        if (!abort.signal.aborted) setShown((last) => ({ ...last, error: toApiError(error) }));
      }
    };
    const timer = window.setTimeout(() => void show(), kept.current.has(version) ? 0 : restMs);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [id, version, other, asked]);

  return { ...shown, reload };
};
