import { openSilentClient, untilCutOff } from "../clients/silentClient.ts";
import type { ServiceName } from "../system/limitedSystem.ts";
import type { Row } from "./row.ts";

const path = "/docs/swagger-ui-bundle.js";

/** `times` requests for 1.4 MB on each of `clients` connections. */
const pipelinedBundle = (service: ServiceName, times: number, clients: number): Row => ({
  name: `bundle-${times}-${service}`,
  tried: `GET ${path} of ${service}, ${times} pipelined, on ${clients === 1 ? "one connection that never reads" : `each of ${clients} connections that never read`}`,
  services: [service],
  env: { HTTP_SEND_TIMEOUT_MS: "2000" },
  run: async ({ system }) => {
    const url = system.urlOf(service);
    const opened = await Promise.all(Array.from({ length: clients }, () => openSilentClient(url, path, times)));
    try {
      await untilCutOff(opened, 30);
    } finally {
      for (const client of opened) client.leave();
    }
    const { status } = await fetch(url + path, { signal: AbortSignal.timeout(5_000) });
    if (status !== 200) throw new Error(`the next client is answered with ${status}`);
    return "all cut off; the next client is served";
  },
});

export const pipelinedBundles: readonly Row[] = [
  pipelinedBundle("command-api", 200, 1),
  pipelinedBundle("query-api", 200, 1),
  // Few enough on each connection that it is not cut off for their number.
  pipelinedBundle("command-api", 15, 300),
  pipelinedBundle("query-api", 15, 300),
];
