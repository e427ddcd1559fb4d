import { apiApp, type ApiAppOptions } from "@cart/http-kit";
import type { Express } from "express";
import { api, type Services } from "./api.ts";
import { forwardToQueryApi } from "./carts/forwardToQueryApi.ts";
import { consoleProblem } from "./http/consoleProblems.ts";
import { pageRoutes } from "./page/pageRoutes.ts";

export type AppOptions = ApiAppOptions<Services> & {
  readonly queryApiUrl: string;
  /** The folder of the built page. */
  readonly pageFolder: string;
};

/** The whole HTTP surface of the service; it never listens. */
export const createApp = ({ queryApiUrl, pageFolder, ...options }: AppOptions): Express =>
  apiApp(api, {
    ...options,
    pages: pageRoutes(pageFolder),
    forwards: forwardToQueryApi(queryApiUrl),
    problemOf: consoleProblem,
  });
