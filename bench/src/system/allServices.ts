import type { BuiltService } from "@cart/tools/own-servers";
import type { FreshSystem } from "./freshSystem.ts";
import type { Apis } from "./postThenGet.ts";

/** Starts one process of each service, with these settings beside their defaults. */
export const startAll = ({ start }: FreshSystem, env: Readonly<Record<string, string>> = {}): Promise<BuiltService[]> =>
  Promise.all(["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment"].map((name) => start(name, env)));

export const urlOf = (services: readonly BuiltService[], name: string): string => {
  const service = services.find((one) => one.name === name);
  if (service === undefined) throw new Error(`${name} was not started`);
  return service.url;
};

export const apisOf = (services: readonly BuiltService[]): Apis => ({
  commandApi: urlOf(services, "command-api"),
  queryApi: urlOf(services, "query-api"),
});
