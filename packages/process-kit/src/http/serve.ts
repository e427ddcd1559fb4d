import type { Logger } from "../createLogger.ts";
import type { HttpLimits } from "./httpLimits.ts";
import { listen } from "./listen.ts";
import type { HttpApp } from "./unroutedRequests.ts";

export type ServeOptions = {
  readonly port: number;
  readonly host: string;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly onStop: (name: string, close: () => Promise<void>) => void;
};

/**
 * Serves the app until the service stops, and then answers the running requests.
 * Call it last, after everything that the app uses is open: resources close in reverse order.
 */
export const serve = async (app: HttpApp, { port, host, limits, logger, onStop }: ServeOptions): Promise<void> => {
  const server = await listen(app, { port, host, limits });
  onStop("http server", server.close);
  logger.info({ port: server.port }, "listening");
};
