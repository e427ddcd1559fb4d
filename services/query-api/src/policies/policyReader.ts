import { tenantPolicyId } from "@cart/domain";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { readVersions } from "../versions/readVersions.ts";
import { createVersionWatcher, minVersionPace } from "../versions/versionWatcher.ts";
import { policyVersionNotReached } from "./policyProblems.ts";
import type { PolicyView } from "./policyView.ts";
import { readPolicy } from "./readPolicy.ts";

export type PolicyReaderOptions = {
  readonly readModel: ReadOnlyDatabase;
  /** Longest wait for `min_version`. Milliseconds. */
  readonly minVersionTimeoutMs: number;
};

export type PolicyReader = {
  /** Waits until the policy has the version; rejects with a 503 when it does not get there in time. */
  readonly newest: (tenantId: string, minVersion: number, signal: AbortSignal) => Promise<PolicyView | undefined>;
};

/** Reads a tenant's policy as the read model has it. */
export const policyReader = ({ readModel, minVersionTimeoutMs: timeoutMs }: PolicyReaderOptions): PolicyReader => {
  const watcher = createVersionWatcher({
    readVersions: (ids) => readVersions(readModel, "cart_abandoned_policies", ids),
    pace: minVersionPace,
  });
  return {
    newest: async (tenantId, minVersion, signal) => {
      const policy = await readPolicy(readModel, tenantId);
      if ((policy?.version ?? 0) >= minVersion) return policy;
      const reached = await watcher.reached({ id: tenantPolicyId(tenantId), version: minVersion, timeoutMs, signal });
      if (reached === undefined) throw policyVersionNotReached(minVersion);
      return readPolicy(readModel, tenantId);
    },
  };
};
