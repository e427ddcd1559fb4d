import type { Logger } from "../logs/createLogger.ts";
import type { HttpLimits } from "./httpLimits.ts";
import { listen } from "./listen.ts";
import type { HttpApp } from "./unroutedRequests.ts";

export type ServeOptions = {
  readonly port: number;
  readonly host: string;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  /** What log lines call the server. */
  readonly name?: string;
  readonly onStop: (name: string, close: () => Promise<void>) => void;
};

/**
 * Serves the app until the service stops, and then answers the running requests.
 * Call it last, after everything that the app uses is open: resources close in reverse order.
 */
export const serve = async (app: HttpApp, options: ServeOptions): Promise<void> => {
  const { port, host, limits, logger, name = "http server", onStop } = options;
  const server = await listen(app, { port, host, limits });
  onStop(name, server.close);
  logger.info({ server: name, port: server.port }, "listening");
};
