/**
 * The tracing port over OpenTelemetry's SDK, which takes its settings from its own variables: exporter, sampler, queue.
 *
 * Always true: loaded only where traces are on. An exporter that does not get rid of its spans drops them, and nobody waits for it. The
 * resource names the service and its region: no arguments of the command line, no user of the machine.
 */
import { makeExternalSpan } from "@effect/opentelemetry/OtelTracer"
import * as Otel from "@opentelemetry/api"
import { NodeSDK, resources } from "@opentelemetry/sdk-node"
import { isTraceparent, type Span, type SpanMaker } from "@parley/runtime/telemetry/Spans"
import { preciseNow } from "@parley/runtime/telemetry/Histogram"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

const flushWithin = "5 seconds"
const complainEveryMs = 60_000

const kinds = { server: Otel.SpanKind.SERVER, client: Otel.SpanKind.CLIENT } as const

const contextOf = (parent: string | undefined): Otel.Context =>
  isTraceparent(parent)
    ? Otel.trace.setSpanContext(Otel.ROOT_CONTEXT, {
        traceId: parent.slice(3, 35),
        spanId: parent.slice(36, 52),
        traceFlags: Number.parseInt(parent.slice(53), 16),
        isRemote: true,
      })
    : Otel.ROOT_CONTEXT

const spanOf = (span: Otel.Span): Span => {
  const { spanId, traceFlags, traceId } = span.spanContext()
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
    end: ({ attributes = {}, endedAt = preciseNow(), failed } = {}) => {
      span.setAttributes(attributes)
      if (failed !== undefined) span.setStatus({ code: Otel.SpanStatusCode.ERROR, message: failed })
      span.end(endedAt)
    },
    around: Effect.withParentSpan(makeExternalSpan({ traceId, spanId, traceFlags })),
  }
}

const makerOf = (tracer: Otel.Tracer): SpanMaker => ({
  start: ({ attributes = {}, kind, name, parent, startedAt = preciseNow() }) => {
    const span = tracer.startSpan(
      name,
      { startTime: startedAt, attributes, ...(kind === undefined ? {} : { kind: kinds[kind] }) },
      contextOf(parent),
    )
    return span.isRecording() ? spanOf(span) : undefined
  },
})

/** What the SDK complains of, without its words: they may repeat a header with a key in it. */
const complaints = (say: (line: string) => void): Otel.DiagLogger => {
  let lastAt = -Infinity
  const complain = (): void => {
    if (performance.now() - lastAt < complainEveryMs) return
    lastAt = performance.now()
    say("Spans cannot be exported: does the collector answer at OTEL_EXPORTER_OTLP_ENDPOINT?")
  }
  const ignore = (): void => undefined
  return { error: complain, warn: ignore, info: ignore, debug: ignore, verbose: ignore }
}

export const openTelemetry = Effect.fnUntraced(function* (
  region: string | undefined,
): Effect.fn.Return<SpanMaker, never, Scope.Scope> {
  const context = yield* Effect.context<never>()
  const say = (line: string): void => void Effect.runForkWith(context)(Effect.logWarning(line))
  return yield* Effect.acquireRelease(
    Effect.sync(() => {
      const sdk = new NodeSDK({
        resource: resources.defaultResource().merge(
          resources.resourceFromAttributes({
            "service.name": "parley",
            ...(region === undefined ? {} : { "cloud.region": region }),
          }),
        ),
        // Variables over what stands above.
        resourceDetectors: [resources.envDetector],
        instrumentations: [],
        metricReaders: [],
        logRecordProcessors: [],
        textMapPropagator: null,
      })
      Otel.diag.setLogger(complaints(say), {
        logLevel: Otel.DiagLogLevel.ERROR,
        suppressOverrideMessage: true,
      })
      sdk.start()
      return { sdk, maker: makerOf(Otel.trace.getTracer("parley")) }
    }),
    ({ sdk }) =>
      Effect.tryPromise(() => sdk.shutdown()).pipe(
        Effect.timeoutOption(flushWithin),
        Effect.ignore,
        Effect.andThen(
          Effect.sync(() => {
            for (const one of [Otel.trace, Otel.context, Otel.diag]) one.disable()
          }),
        ),
      ),
  ).pipe(Effect.map(({ maker }) => maker))
})
