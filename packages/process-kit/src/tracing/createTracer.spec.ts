import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import { createTracer, noTracer, parseTraceparent } from "./createTracer.ts";

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("tracer", () => {
  it("makes a span the child of its traceparent, and exports it with its last name", async () => {
    const exporter = new InMemorySpanExporter();
    const exported: { readonly traceId: string; readonly parent: string | undefined; readonly name: string }[] = [];
    const tracer = createTracer("spec", {
      export: (spans, done) => {
        exported.push(
          ...spans.map((span) => ({ traceId: span.spanContext().traceId, parent: span.parentSpanContext?.spanId, name: span.name })),
        );
        exporter.export(spans, done);
      },
      shutdown: () => exporter.shutdown(),
    });
    const first = tracer.startSpan("first", { kind: "server", parent });
    const second = tracer.startSpan("second", { kind: "producer", parent: first.traceparent });
    second.setName("renamed");
    second.end();
    first.end(new Error("broken"));
    await tracer.stop();

    const firstId = parseTraceparent(first.traceparent ?? "")?.spanId;
    expect(exported).to.deep.equal([
      { traceId: "0af7651916cd43dd8448eb211c80319c", parent: firstId, name: "renamed" },
      { traceId: "0af7651916cd43dd8448eb211c80319c", parent: "b7ad6b7169203331", name: "first" },
    ]);
  });

  it("passes the caller's context on while tracing is off", () => {
    expect(noTracer.startSpan("any", { kind: "server", parent }).traceparent).to.equal(parent);
    expect(noTracer.startSpan("any", { kind: "server", parent: undefined }).traceparent).to.equal(undefined);
  });

  it("ignores an invalid traceparent", () => {
    for (const text of ["", "nonsense", `01${parent.slice(2)}`, parent.toUpperCase(), `00-${"0".repeat(32)}-b7ad6b7169203331-01`]) {
      expect(parseTraceparent(text), text).to.equal(undefined);
    }
  });
});
