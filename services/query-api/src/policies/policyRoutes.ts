import { tenantPolicyId } from "@cart/domain";
import { requireTenantAdmin, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { Router } from "express";
import { tenantParameter } from "../cartLists/listParameters.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { sendVersioned } from "../http/sendVersioned.ts";
import { untilClosed } from "../http/untilClosed.ts";
import { readVersions } from "../versions/readVersions.ts";
import { createVersionWatcher, minVersionPace } from "../versions/versionWatcher.ts";
import { getPolicyQuery } from "./policyParameters.ts";
import { policyNotFound, policyVersionNotReached } from "./policyProblems.ts";
import type { PolicyView } from "./policyView.ts";
import { readPolicy } from "./readPolicy.ts";

export type PolicyRoutesOptions = {
  readonly readModel: ReadOnlyDatabase;
  /** Longest wait for `min_version`. Milliseconds. */
  readonly minVersionTimeout: number;
};

/** A tenant's policy as the read model has it, for their administrators. */
export const policyRoutes = ({ readModel, minVersionTimeout: timeout }: PolicyRoutesOptions): Router => {
  const validTenant = validator(tenantParameter, { coerce: true });
  const validQuery = validator(getPolicyQuery, { coerce: true });
  const watcher = createVersionWatcher({
    readVersions: (ids) => readVersions(readModel, "cart_abandoned_policies", ids),
    pace: minVersionPace,
  });

  const newest = async (tenantId: string, minVersion: number, signal: AbortSignal): Promise<PolicyView | undefined> => {
    const policy = await readPolicy(readModel, tenantId);
    if ((policy?.version ?? 0) >= minVersion) return policy;
    const reached = await watcher.reached({ id: tenantPolicyId(tenantId), version: minVersion, timeout, signal });
    if (reached === undefined) throw policyVersionNotReached(minVersion);
    return readPolicy(readModel, tenantId);
  };

  const getPolicy = untilClosed(async (req, res, signal) => {
    const { tenant_id: tenantId } = validTenant(req.params);
    const { min_version: minVersion = 0 } = validQuery(req.query);
    const policy = await newest(tenantId, minVersion, signal);
    if (policy === undefined) throw policyNotFound();
    sendVersioned(req, res, policy.version, () => policy);
  });

  const router = Router();
  router.route("/tenants/:tenant_id/cart-abandoned-policies").get(requireTenantAdmin, getPolicy).all(methodNotAllowed("GET", "HEAD"));
  return router;
};
