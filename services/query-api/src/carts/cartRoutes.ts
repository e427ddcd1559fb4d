import { type Access, accessOf, mayActOn, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { type Request, type Response, Router } from "express";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readCartAt } from "../history/readCartAt.ts";
import { invalidField } from "../http/invalidField.ts";
import { sendVersioned } from "../http/sendVersioned.ts";
import { untilClosed } from "../http/untilClosed.ts";
import { cartIdParameter, getCartQuery } from "./cartParameters.ts";
import { cartNotFound, versionNotFound, versionNotReached } from "./cartProblems.ts";
import { type CartRecord, cartView } from "./cartView.ts";
import { readCart, readCartSoon } from "./readCart.ts";
import { readVersions } from "../versions/readVersions.ts";
import { createVersionWatcher, minVersionPace } from "../versions/versionWatcher.ts";

export type CartRoutesOptions = {
  readonly readModel: ReadOnlyDatabase;
  readonly eventStore: ReadOnlyDatabase;
  /** Longest wait for `min_version`. Milliseconds. */
  readonly minVersionTimeout: number;
};

/** Requests that wait in the database at once, each with a connection of its own. */
const maxInServer = 4;

/** One cart: as the read model has it, or as it was at a version. */
export const cartRoutes = ({ readModel, eventStore, minVersionTimeout }: CartRoutesOptions): Router => {
  const validId = validator(cartIdParameter, { coerce: true });
  const validQuery = validator(getCartQuery, { coerce: true });
  const watcher = createVersionWatcher({ readVersions: (ids) => readVersions(readModel, "carts", ids), pace: minVersionPace });

  let inServer = 0;
  /** Waits for a moment, as most carts are there by then, unless many do so already. */
  const readSoon = async (id: string, minVersion: number): Promise<CartRecord | undefined> => {
    if (minVersion === 0 || inServer === maxInServer) return readCart(readModel, id);
    inServer++;
    try {
      return await readCartSoon(readModel, id, minVersion);
    } finally {
      inServer--;
    }
  };

  const newest = async (id: string, minVersion: number, { access, signal }: Reader): Promise<CartRecord | undefined> => {
    const asked = performance.now();
    const found = await readSoon(id, minVersion);
    const isHidden = found !== undefined && !mayActOn(access, found);
    const cart = isHidden ? undefined : found;
    if ((cart?.version ?? 0) >= minVersion) return cart;
    // Who waits for a cart of others waits as for one that is not there, which never gets to a version.
    const version = isHidden ? Infinity : minVersion;
    const timeout = Math.max(0, minVersionTimeout - (performance.now() - asked));
    const reached = await watcher.reached({ id, version, timeout, signal });
    const then = reached === undefined ? undefined : await readCart(readModel, id);
    if (then === undefined || !mayActOn(access, then)) throw versionNotReached(minVersion);
    return then;
  };

  const past = async (id: string, version: number, reader: Reader): Promise<CartRecord | undefined> => {
    const cart = await readCartAt(eventStore, id, { version, ...reader });
    if (cart === "unknown version") throw versionNotFound(version);
    return cart === "unknown cart" ? undefined : cart;
  };

  const answer = async (req: Request, res: Response, signal: AbortSignal): Promise<void> => {
    const id = validId(req.params).id.toLowerCase();
    const { min_version: minVersion, at_version: atVersion } = validQuery(req.query);
    if (minVersion !== undefined && atVersion !== undefined) throw invalidField("at_version", "cannot go together with min_version");
    const reader = { access: accessOf(res), signal };
    const cart = await (atVersion === undefined ? newest(id, minVersion ?? 0, reader) : past(id, atVersion, reader));
    if (cart === undefined) throw cartNotFound();
    sendVersioned(req, res, cart.version, () => cartView(cart));
  };

  const router = Router();
  router.route("/carts/:id").get(untilClosed(answer)).all(methodNotAllowed("GET", "HEAD"));
  return router;
};

type Reader = {
  readonly access: Access;
  /** Aborted when it has gone. */
  readonly signal: AbortSignal;
};
