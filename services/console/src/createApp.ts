import { apiApp, type ApiAppOptions } from "@cart/http-kit";
import type { Express } from "express";
import { api, type Services } from "./api.ts";
import { forwardToQueryApi } from "./carts/forwardToQueryApi.ts";
import { consoleProblem } from "./http/consoleProblems.ts";
import { pageRoutes } from "./page/pageRoutes.ts";
import type { SignIn } from "./session/signIn.ts";

export type AppOptions = ApiAppOptions<Services> & {
  readonly queryApiUrl: string;
  /** The folder of the built page. */
  readonly pageFolder: string;
  /** How people sign in; `undefined` if they paste a token. */
  readonly signIn: SignIn | undefined;
};

/** The whole HTTP surface of the service; it never listens. */
export const createApp = ({ queryApiUrl, pageFolder, signIn, ...options }: AppOptions): Express =>
  apiApp(api, {
    ...options,
    pages: pageRoutes(pageFolder, signIn),
    forwards: forwardToQueryApi(queryApiUrl),
    problemOf: consoleProblem,
  });
