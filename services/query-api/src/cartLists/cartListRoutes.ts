import { type Access, accessOf, forbidden, requireTenantAdmin, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { type Request, type RequestHandler, type Response, Router } from "express";
import type { Static } from "typebox";
import { cartSummaryView } from "../carts/cartView.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { invalidField } from "../http/invalidField.ts";
import { decodeCursor, encodeCursor, type ListPosition } from "./listCursor.ts";
import { type cartListSchema, listQuery, tenantParameter, userParameter } from "./listParameters.ts";
import { type ListedBy, readCartList } from "./readCartList.ts";

/** The carts of a user or of a tenant. Whoever has none has an empty list: only carts are known here. */
export const cartListRoutes = ({ readModel }: { readonly readModel: ReadOnlyDatabase }): Router => {
  const validUser = validator(userParameter, { coerce: true });
  const validTenant = validator(tenantParameter, { coerce: true });
  const validQuery = validator(listQuery, { coerce: true });

  const answer = async (req: Request, res: Response, by: ListedBy, of: string): Promise<void> => {
    const access = accessOf(res);
    const tenantId = access === "unchecked" ? undefined : access.tenantId;
    const { status, limit = 20, cursor } = validQuery(req.query);
    const { carts, next } = await readCartList(readModel, by, { of, tenantId, status, limit, after: positionOf(cursor) });
    const body: Static<typeof cartListSchema> = {
      carts: carts.map(cartSummaryView),
      next_cursor: next === undefined ? null : encodeCursor(next),
    };
    res.set("Cache-Control", "no-cache").json(body);
  };

  const ofUser: RequestHandler = (req, res) => {
    const { user_id: userId } = validUser(req.params);
    requireUser(accessOf(res), userId);
    return answer(req, res, "user", userId);
  };
  const ofTenant: RequestHandler = (req, res) => answer(req, res, "tenant", validTenant(req.params).tenant_id);

  const router = Router();
  router.route("/users/:user_id/carts").get(ofUser).all(methodNotAllowed("GET", "HEAD"));
  router.route("/tenants/:tenant_id/carts").get(requireTenantAdmin, ofTenant).all(methodNotAllowed("GET", "HEAD"));
  return router;
};

const requireUser = (access: Access, userId: string): void => {
  if (access !== "unchecked" && !access.isAdmin && access.userId !== userId) throw forbidden("the token is of another user");
};

const positionOf = (cursor: string | undefined): ListPosition | undefined => {
  if (cursor === undefined) return undefined;
  const position = decodeCursor(cursor);
  if (position === undefined) throw invalidField("cursor", "is not a next_cursor of this API");
  return position;
};
