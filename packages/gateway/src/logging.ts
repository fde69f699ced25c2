/**
 * The log of the process: one line for each event, on stderr, with the ids of its trace where there is one.
 *
 * Always true: who logs names things by request id, conversation id and error; never bodies, tokens, names.
 */
import * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import * as Formatter from "effect/Formatter"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import type { Config } from "./Config.ts"

const severities = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const satisfies Record<
  Config["log"]["level"],
  LogLevel
>

interface Trace {
  readonly trace_id: string
  readonly span_id: string
}

/** Of the span that is exported: those that Effect makes for itself below it nobody ever sees. */
const traceOf = ({ context }: Fiber.Fiber<unknown, unknown>): Trace | undefined => {
  let span = Context.getOrUndefined(context, Tracer.ParentSpan)
  while (span?._tag === "Span") span = span.parent._tag === "Some" ? span.parent.value : undefined
  return span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId }
}

const json = Logger.make((line) =>
  Formatter.formatJson({ ...Logger.formatStructured.log(line), ...traceOf(line.fiber) }),
)

const text = Logger.make((line) => {
  const trace = traceOf(line.fiber)
  const ids = trace === undefined ? "" : ` trace_id=${trace.trace_id} span_id=${trace.span_id}`
  return `${Logger.formatLogFmt.log(line)}${ids}`
})

export const logging = ({ level, format }: Config["log"]): Layer.Layer<never> =>
  Layer.mergeAll(
    Logger.layer([Logger.withConsoleError(format === "json" ? json : text)]),
    Layer.succeed(References.MinimumLogLevel, severities[level]),
  )
