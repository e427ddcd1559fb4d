import type { BuiltService } from "@cart/tools/own-servers";
import type { FreshSystem } from "./freshSystem.ts";

export const startAll = ({ start }: FreshSystem): Promise<BuiltService[]> =>
  Promise.all(["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment"].map((name) => start(name)));

export const urlOf = (services: readonly BuiltService[], name: string): string => {
  const service = services.find((one) => one.name === name);
  if (service === undefined) throw new Error(`${name} was not started`);
  return service.url;
};
