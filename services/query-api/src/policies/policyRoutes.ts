import { requireTenantAdmin } from "@cart/cart-access";
import { retryLater, type Route, route } from "@cart/http-kit";
import { tenantParameter } from "../cartLists/listParameters.ts";
import { ifNoneMatch, queryProblems, shownVersioned, versioned } from "../http/queryRoute.ts";
import { getPolicyQuery } from "./policyParameters.ts";
import { policyNotFound, policyProblems } from "./policyProblems.ts";
import type { PolicyReader } from "./policyReader.ts";
import { policySchema } from "./policyView.ts";

type Services = { readonly policies: PolicyReader };

/** A tenant's policy, for the tenant's administrators. */
export const policyRoutes: readonly Route<Services>[] = [
  route({
    method: "GET",
    path: "/tenants/{tenant_id}/cart-abandoned-policies",
    operationId: "getCartAbandonedPolicy",
    tag: "policies",
    summary: "Get a tenant's policy: when its carts count as abandoned",
    description: "The read model is briefly behind the writes: `min_version` waits for the version that a command answered.",
    params: tenantParameter,
    access: requireTenantAdmin,
    query: getPolicyQuery,
    headers: ifNoneMatch,
    answers: shownVersioned("The policy.", policySchema),
    problems: queryProblems(policyProblems.notFound, { ...policyProblems.versionNotReached, headers: retryLater }),
    handle: async (request, { policies }: Services) => {
      const { min_version: minVersion = 0 } = request.query;
      const policy = await policies.newest(request.params.tenant_id, minVersion, request.signal);
      if (policy === undefined) throw policyNotFound();
      return versioned(request.headers, policy.version, () => policy);
    },
  }),
];
