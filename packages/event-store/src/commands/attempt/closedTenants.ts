import { CommandFailedError } from "../commandErrors.ts";
import type { TenantMove } from "../../tenants/tenantGate.ts";

/**
 * Milliseconds for which a batch refuses a tenant's commands without asking the database. Until then one command of a closed tenant
 * would fail the transaction of its whole batch, which is then decided again.
 */
const rememberedMs = 1_000;

type ClosedTenants = {
  /** Remembers tenants that a transaction was refused for. */
  readonly remember: (moves: readonly TenantMove[]) => void;
  /** Throws a `CommandFailedError` if the tenant is one of them. */
  readonly requireOpen: (tenantId: string | undefined) => void;
};

/** The tenants that the event store has refused of late. What is stored never rests on it: an append asks the database. */
export const createClosedTenants = (nowMs: () => number = () => performance.now()): ClosedTenants => {
  const closed = new Map<string, { readonly hasLeft: boolean; readonly untilMs: number }>();
  return {
    remember: (moves) => {
      for (const [tenantId, { untilMs }] of closed) if (untilMs <= nowMs()) closed.delete(tenantId);
      for (const { tenantId, state } of moves) closed.set(tenantId, { hasLeft: state === "MOVED", untilMs: nowMs() + rememberedMs });
    },
    requireOpen: (tenantId) => {
      const known = tenantId === undefined ? undefined : closed.get(tenantId);
      if (known === undefined || known.untilMs <= nowMs()) return;
      throw known.hasLeft
        ? new CommandFailedError("TENANT_MOVED", "the tenant has moved to another event store, which takes its commands")
        : new CommandFailedError("TENANT_MOVING", "the tenant moves between event stores, and takes no commands until it has");
    },
  };
};
