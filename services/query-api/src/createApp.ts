import { apiApp, type ApiAppOptions } from "@cart/http-kit";
import type { Express } from "express";
import { api } from "./api.ts";
import { cartReader, type CartReaderOptions } from "./carts/cartReader.ts";
import { databaseProblem } from "./http/databaseProblems.ts";
import { policyReader } from "./policies/policyReader.ts";
import { cartStreams, type CartStreamsOptions } from "./stream/streamRoutes.ts";

export type AppOptions = Omit<ApiAppOptions<unknown>, "services"> & CartReaderOptions & CartStreamsOptions;

/** The whole HTTP surface of the service; it never listens. */
export const createApp = (options: AppOptions): Express =>
  apiApp(api, {
    ...options,
    services: {
      readModel: options.readModel,
      eventStore: options.eventStore,
      carts: cartReader(options),
      policies: policyReader(options),
      streams: cartStreams(options),
    },
    problemOf: databaseProblem,
  });
