import type { RequestHandler } from "express";
import { adminScope, forbidden } from "./accessProblems.ts";
import { accessOf } from "./requestAccess.ts";

/** For routes under `/tenants/:tenant_id`: 403 for everybody but the administrators of that tenant. */
export const requireTenantAdmin: RequestHandler = (req, res, next) => {
  const access = accessOf(res);
  if (access !== "unchecked" && !(access.isAdmin && access.tenantId === req.params["tenant_id"])) {
    throw forbidden(`only a token of this tenant with the scope ${adminScope} allows this`);
  }
  next();
};
