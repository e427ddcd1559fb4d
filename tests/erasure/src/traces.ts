import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Kept } from "@cart/tests-harness";

/** An OpenTelemetry collector that keeps everything that it receives. */
export type Traces = { readonly endpoint: string; readonly kept: () => readonly Kept[]; readonly stop: () => Promise<void> };

export const collectTraces = async (): Promise<Traces> => {
  const kept: Kept[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      kept.push({ place: "traces", content: Buffer.concat(chunks) });
      res.setHeader("Content-Type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    kept: () => kept,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
