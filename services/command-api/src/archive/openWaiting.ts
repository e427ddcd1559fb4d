import { cartAggregate } from "@cart/domain";
import { openMysqlPool, readRowsFrom } from "@cart/mysql";
import { findParked } from "@cart/read-model";
import type { ArchiveCartsOptions } from "./archiveCarts.ts";
import { findOpenTimers } from "./openTimers.ts";

type Urls = { readonly READMODEL_URL?: string | undefined; readonly ABANDONMENT_URL?: string | undefined };

/** Opens the databases beside the event store in which something may wait for a cart, as far as they are named. */
export const openWaiting = (urls: Urls): Pick<ArchiveCartsOptions, "findWaiting"> & { readonly close: () => Promise<void> } => {
  const open = (url: string | undefined) => (url === undefined ? undefined : openMysqlPool({ url, connectionLimit: 1 }));
  const [readModel, abandonment] = [open(urls.READMODEL_URL), open(urls.ABANDONMENT_URL)];
  return {
    findWaiting: async (cartIds) => ({
      ...(readModel === undefined ? {} : { "has dead letters": await findParked(readRowsFrom(readModel), cartAggregate.type, cartIds) }),
      ...(abandonment === undefined ? {} : { "has a timer": await findOpenTimers(readRowsFrom(abandonment), cartIds) }),
    }),
    close: async () => void (await Promise.all([readModel?.end(), abandonment?.end()])),
  };
};
