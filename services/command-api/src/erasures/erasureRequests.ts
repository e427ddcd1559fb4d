import type { ErasureReceipt, OpenErasures } from "@cart/personal-data";
import { isUnavailable } from "@cart/mysql";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";

export type ErasureRequest = { readonly tenantId: string; readonly userId: string; readonly requestedBy: string | null };

export type ErasureRequests = {
  /** Begins an erasure, or returns the one of the same person that is under way. Throws the 409 of a configuration that cannot erase. */
  readonly request: (request: ErasureRequest) => Promise<ErasureReceipt>;
  /** Returns `undefined` for an erasure that does not exist or is of another tenant. */
  readonly find: (tenantId: string, erasureId: string) => Promise<ErasureReceipt | undefined>;
};

export const erasureNotPossible: ProblemKind = {
  status: 409,
  type: "/problems/erasure-not-possible",
  title: "The service is not set up to erase a shopper",
};

const unavailable: ProblemKind = { status: 503, type: "/problems/unavailable", title: "The service is not available" };

/** Answers with 503 while the key store is away. */
const unlessAway = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new HttpProblem({ ...unavailable, detail: "the key store cannot be reached", headers: { "Retry-After": "1" } }, { cause: error });
  }
};

export type ErasureRequestsOptions = {
  readonly erasures: OpenErasures | undefined;
  /** Whether new events are sealed. */
  readonly seals: boolean;
  /** Milliseconds within which an erasure has to be complete. */
  readonly withinMs: number;
};

/** Why an erasure cannot begin with this configuration; `undefined` if it can. */
const reasonAgainst = ({ erasures, seals }: Pick<ErasureRequestsOptions, "erasures" | "seals">): string | undefined => {
  if (erasures === undefined)
    return "shoppers have no keys to destroy: set KEYSTORE_URL and PERSONAL_DATA_KEYS, then SEAL_PERSONAL_DATA=true";
  if (seals) return undefined;
  return "events are stored in plain text, which nobody can take back: set SEAL_PERSONAL_DATA=true, and run command-api seal-stored once";
};

export const erasureRequests = ({ erasures, seals, withinMs }: ErasureRequestsOptions): ErasureRequests => {
  const opened = (): OpenErasures => {
    const detail = reasonAgainst({ erasures, seals });
    if (erasures === undefined || detail !== undefined) throw new HttpProblem({ ...erasureNotPossible, detail: detail ?? "no keys" });
    return erasures;
  };
  return {
    request: async (request) => {
      const { tenantId, userId, requestedBy } = request;
      // A shopper's own token says who the shopper is.
      const by = requestedBy === userId ? null : requestedBy;
      return unlessAway(opened().journal.request({ tenantId, userId, requestedBy: by, withinMs }));
    },
    find: async (tenantId, erasureId) => {
      const { journal } = erasures ?? opened();
      const found = await unlessAway(journal.find(erasureId));
      return found?.tenantId === tenantId ? found : undefined;
    },
  };
};
