import { type Exception, ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { loggedError } from "../logs/loggedError.ts";

export type SpanOptions = {
  readonly kind: "server" | "producer" | "consumer";
  /** W3C traceparent of what caused it. */
  readonly parent: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** When it began, if that was before now. */
  readonly startTime?: Date;
};

export type Span = {
  /** For what this causes: its own while tracing is on, else its parent's, so that a caller's trace passes through. */
  readonly traceparent: string | undefined;
  readonly setAttribute: (name: string, value: string | number) => void;
  /** Call it once. */
  readonly end: (error?: unknown) => void;
};

/** Spans that carry their context by hand, from a request through the outbox and Kafka: no work is tied to a call stack there. */
export type Tracer = {
  readonly startSpan: (name: string, options: SpanOptions) => Span;
  /** Sends what is left. */
  readonly stop: () => Promise<void>;
};

/** Traces nothing, at no cost. */
export const noTracer: Tracer = {
  startSpan: (_name, { parent }) => ({ traceparent: parent, setAttribute: ignore, end: ignore }),
  stop: () => Promise.resolve(),
};

const ignore = (): void => undefined;

/** Sends spans by OTLP over HTTP to the collector of the endpoint, such as http://localhost:4318. */
export const createOtlpTracer = (service: string, endpoint: string): Tracer =>
  createTracer(service, new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` }));

/** The sampler is OpenTelemetry's own: OTEL_TRACES_SAMPLER, by default what the parent decided. */
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

/** A traceparent of the W3C Trace Context as its parts, or `undefined` for one that is to be ignored. */
export const parseTraceparent = (traceparent: string): SpanContext | undefined => {
  const [, traceId, spanId, flags] = traceparentFormat.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
};

const formatTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
