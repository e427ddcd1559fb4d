import { httpLimits, serve, type ServeOptions } from "@cart/process-kit";
import type { Express } from "express";
import type { AccessPolicy } from "../access/accessPolicy.ts";
import { listenHost } from "../access/listenHost.ts";

export type ServeApiOptions = Pick<ServeOptions, "logger" | "onStop"> & {
  readonly config: Parameters<typeof httpLimits>[0] & {
    readonly PORT: number;
    readonly HOST: string;
    readonly OPERATIONS_PORT?: number | undefined;
  };
  readonly policy: AccessPolicy;
  /** The `operationsApp`, which is served if the configuration has a port for it. */
  readonly operations: Express;
};

/**
 * Serves the API and, on a port of their own, its operations. A client that holds all connections of the API then keeps no
 * probe and no scrape out. While the API stops, the operations still answer.
 */
export const serveApi = async (app: Express, { config, policy, operations, logger, onStop }: ServeApiOptions): Promise<void> => {
  const limits = httpLimits(config);
  if (config.OPERATIONS_PORT !== undefined) {
    await serve(operations, { port: config.OPERATIONS_PORT, host: config.HOST, limits, logger, onStop, name: "operations server" });
  }
  await serve(app, { port: config.PORT, host: listenHost(config.HOST, policy, logger), limits, logger, onStop });
};
