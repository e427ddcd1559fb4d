import type { Access } from "@cart/http-kit";
import { abortableDelay } from "@cart/process-kit";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readCartAt } from "../history/readCartAt.ts";
import type { StoredCarts } from "../history/storedCarts.ts";
import { readVersions } from "../versions/readVersions.ts";
import { createVersionWatcher, minVersionPace } from "../versions/versionWatcher.ts";
import { versionNotFound, versionNotReached } from "./cartProblems.ts";
import type { CartRecord } from "./cartView.ts";
import { readCart, readCartSoon } from "./readCart.ts";
import { requireNotArchived } from "./requireNotArchived.ts";

export type CartReaderOptions = {
  readonly readModel: ReadOnlyDatabase;
  readonly eventStore: StoredCarts;
  /** Longest wait for `min_version`. Milliseconds. */
  readonly minVersionTimeoutMs: number;
};

/** The sender of a request. */
export type Reader = {
  readonly access: Access;
  /** Aborted when it has gone. */
  readonly signal: AbortSignal;
};

/** Both resolve to `undefined` for a cart that does not exist, and for a cart of another user, and reject with a 410 for an archived cart. */
export type CartReader = {
  /** Waits until the cart has the version; rejects with a 503 when it does not get there in time. */
  readonly newest: (id: string, minVersion: number, reader: Reader) => Promise<CartRecord | undefined>;
  /** Rejects with a 404 for a version that the cart does not have. */
  readonly past: (id: string, version: number, reader: Reader) => Promise<CartRecord | undefined>;
};

/** Requests that wait in the database at once, each with a connection of its own. */
const maxInServer = 4;

/** Reads one cart: as the read model has it, or as it was at a version. */
export const cartReader = ({ readModel, eventStore, minVersionTimeoutMs }: CartReaderOptions): CartReader => {
  const watcher = createVersionWatcher({ readVersions: (ids) => readVersions(readModel, "carts", ids), pace: minVersionPace });

  let inServer = 0;
  /** Waits briefly in the server, unless too many requests already do: most carts arrive in that time. */
  const readSoon = async (id: string, minVersion: number, access: Access): Promise<CartRecord | undefined> => {
    if (minVersion === 0 || inServer === maxInServer) return readCart(readModel, id, access);
    inServer++;
    try {
      return await readCartSoon(readModel, id, minVersion, access);
    } finally {
      inServer--;
    }
  };

  return {
    newest: async (id, minVersion, { access, signal }) => {
      const deadline = performance.now() + minVersionTimeoutMs;
      const timeLeft = (): number => Math.max(0, deadline - performance.now());
      const found = await readSoon(id, minVersion, access);
      if (found === undefined) await requireNotArchived(eventStore, id, access);
      if ((found?.version ?? 0) >= minVersion) return found;
      const reached = await watcher.reached({ id, version: minVersion, timeoutMs: timeLeft(), signal });
      const then = reached === undefined ? undefined : await readCart(readModel, id, access);
      if (then !== undefined) return then;
      // A request for someone else's cart waits as if the cart did not exist, that is, until the timeout.
      await abortableDelay(timeLeft(), signal);
      throw versionNotReached(minVersion);
    },
    past: async (id, version, { access, signal }) => {
      const cart = await readCartAt(eventStore, id, { version, access, signal });
      if (cart === "unknown version") throw versionNotFound(version);
      if (cart !== "unknown cart") return cart;
      await requireNotArchived(eventStore, id, access);
      return undefined;
    },
  };
};
