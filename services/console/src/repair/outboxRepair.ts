import { type FailedFilter, type FailedRowOfTenant, listFailedOfTenants, retryFailed } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import { withConnection } from "@cart/mysql";
import type { Pool } from "mysql2/promise";
import { onlyTenant } from "../access/consoleAccess.ts";
import { nothingToRepair } from "../http/consoleProblems.ts";
import { pageByPage } from "./pageByPage.ts";

type Choice = { readonly aggregateId: string | undefined; readonly afterId: number | undefined };

type Retried = { readonly retried: number; readonly next_after_id: number | null };

/** Sees the events that were given up, of the tenants whose data the sender may see, and sends them again. */
export type OutboxRepair = {
  readonly list: (access: Access, filter: Omit<FailedFilter, "tenantId">) => Promise<readonly FailedRowOfTenant[]>;
  /** Retries the events of one cart or policy, or cart after cart for a few seconds at most. */
  readonly retry: (access: Access, choice: Choice) => Promise<Retried>;
};

const pageSize = 200;

export const createOutboxRepair = (eventStore: Pool): OutboxRepair => {
  const list: OutboxRepair["list"] = (access, filter) =>
    withConnection(eventStore, (connection) => listFailedOfTenants(connection, { ...filter, tenantId: onlyTenant(access) }));

  return {
    list,
    retry: async (access, { aggregateId, afterId = 0 }) => {
      let retried = 0;
      let rows = 0;
      const next = await pageByPage({
        afterId,
        page: async (from) => {
          const items = await list(access, { aggregateId, afterId: from, limit: pageSize });
          return { items, next: items.length < pageSize ? undefined : items.at(-1)?.id };
        },
        work: async (row) => {
          rows += 1;
          retried += await withConnection(eventStore, (connection) => retryFailed(connection, row.aggregateId, row.aggregateType));
        },
        idOf: ({ id }) => id,
      });
      if (aggregateId !== undefined && afterId === 0 && rows === 0) throw nothingToRepair("no event of this cart or policy was given up");
      return { retried, next_after_id: next };
    },
  };
};
