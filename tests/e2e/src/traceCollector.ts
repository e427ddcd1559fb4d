import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type CollectedSpan = {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root span of a trace. */
  readonly parentSpanId: string;
};

export type TraceCollector = {
  readonly endpoint: string;
  readonly spans: () => readonly CollectedSpan[];
  readonly stop: () => Promise<void>;
};

/** The part of OTLP/JSON that is read here: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest. */
type ExportRequest = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
      }[];
    }[];
  }[];
};

/** An OpenTelemetry collector that keeps received spans in memory. */
export const startTraceCollector = async (): Promise<TraceCollector> => {
  const collected: CollectedSpan[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ExportRequest;
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
        for (const { spans } of scopeSpans) {
          collected.push(
            ...spans.map(({ name, traceId, spanId, parentSpanId = "" }) => ({ service, name, traceId, spanId, parentSpanId })),
          );
        }
      }
      res.setHeader("Content-Type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => collected,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
