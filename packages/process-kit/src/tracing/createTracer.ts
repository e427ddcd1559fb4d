import { type Exception, ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { loggedError } from "../logs/loggedError.ts";

export type SpanOptions = {
  readonly kind: "server" | "producer" | "consumer";
  /** W3C traceparent of the cause; without it the span begins a trace. */
  readonly parent: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** The start of the span, if it was before now. */
  readonly startTime?: Date;
};

export type Span = {
  /** W3C traceparent for the span's own effects. While tracing is off it is the parent's, so that a caller's trace passes through. */
  readonly traceparent: string | undefined;
  readonly setName: (name: string) => void;
  readonly setAttribute: (name: string, value: string | number) => void;
  /** Ends the span, as failed if there is an error. Call it once. */
  readonly end: (error?: unknown) => void;
};

/**
 * Starts spans whose context the code passes on itself, from a request through the outbox and Kafka, because no call
 * stack connects that work.
 */
export type Tracer = {
  readonly startSpan: (name: string, options: SpanOptions) => Span;
  /** Sends the spans that have not been sent. */
  readonly stop: () => Promise<void>;
};

/** A tracer that creates no spans, at no cost. */
export const noTracer: Tracer = {
  startSpan: (_name, { parent }) => ({ traceparent: parent, setName: ignore, setAttribute: ignore, end: ignore }),
  stop: () => Promise.resolve(),
};

const ignore = (): void => undefined;

/** Creates a tracer that sends spans by OTLP over HTTP to a collector, such as http://localhost:4318. */
export const createOtlpTracer = (service: string, endpoint: string): Tracer =>
  createTracer(service, new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` }));

/** Creates a tracer. OpenTelemetry samples by OTEL_TRACES_SAMPLER; by default a span is sampled if its parent was. */
export const createTracer = (service: string, exporter: SpanExporter): Tracer => {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("event-sourced-cart");

  return {
    startSpan: (name, { kind, parent, attributes = {}, startTime }) => {
      const parentContext = parent === undefined ? undefined : parseTraceparent(parent);
      const context = parentContext === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parentContext);
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], attributes: { ...attributes }, ...(startTime === undefined ? {} : { startTime }) },
        context,
      );
      return {
        traceparent: formatTraceparent(span.spanContext()),
        setName: (newName) => void span.updateName(newName),
        setAttribute: (attribute, value) => void span.setAttribute(attribute, value),
        end: (error) => {
          if (error instanceof Error) span.recordException(exceptionOf(error));
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    stop: () => provider.shutdown(),
  };
};

/** A collector gets what a log line may show of an error. */
const exceptionOf = (error: Error): Exception => {
  const { type, message, code, stack } = loggedError(error);
  return {
    name: type,
    ...(message === undefined ? {} : { message }),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
  };
};

const kinds = { server: SpanKind.SERVER, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;

/** W3C Trace Context, version 00. */
const traceparentFormat = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Parses a traceparent of the W3C Trace Context; returns `undefined` for an invalid one, which the standard says to ignore. */
export const parseTraceparent = (traceparent: string): SpanContext | undefined => {
  const [, traceId, spanId, flags] = traceparentFormat.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};

const formatTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
