import type { RequestHandler } from "express";
import helmet from "helmet";

/** The headers by which browsers guard what an API answers. A route with a page of its own sets its own policy. */
export const securityHeaders = (): RequestHandler => helmet();
