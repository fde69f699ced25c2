/**
 * The tracing port: spans of one request on its way through the server, named by W3C's `traceparent`.
 *
 * Always true: without tracing there is none (`undefined`), and whoever could make a span asks no more than that. Where a trace was not
 * sampled none of its spans is made. Attributes are numbers and words of ours: no content, no names, no tokens.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Words of ours, ids of conversations and requests, numbers. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Span {
  /** Of the span: what its children name as their parent. */
  readonly traceparent: string
  /** Once. `failed`: why it did not succeed, a word of ours. `endedAt` in milliseconds since 1970, finer than one; default: now. */
  readonly end: (more?: {
    readonly attributes?: Attributes
    readonly failed?: string
    readonly endedAt?: number
  }) => void
  /** What the effect logs carries the span's ids. */
  readonly around: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export interface SpanStart {
  readonly name: SpanName
  /** Absent: it may begin a trace, which the sampler decides. */
  readonly parent?: string | undefined
  /** `server`: a request from outside; `client`: one to the outside. */
  readonly kind?: "server" | "client"
  /** Milliseconds since 1970, finer than one; default: now. */
  readonly startedAt?: number
  readonly attributes?: Attributes
}

/** All there are; `docs/metrics.md` says what each is. */
export type SpanName =
  | "stream.request"
  | "http.request"
  | "entity.command"
  | "store.append"
  | "broker.publish"
  | "hub.deliver"
  | "projection.apply"
  | "push.decide"
  | "push.send"

export interface SpanMaker {
  /** `undefined`: not sampled. */
  readonly start: (start: SpanStart) => Span | undefined
}

export const Spans: Context.Reference<SpanMaker | undefined> = Context.Reference<SpanMaker | undefined>(
  "@parley/runtime/Spans",
  { defaultValue: () => undefined },
)

const shape = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Whether it is a W3C `traceparent` of version 0. */
export const isTraceparent = (value: unknown): value is string =>
  typeof value === "string" && value.length === 55 && shape.test(value)

/** Whether whoever made it records the trace. */
export const isSampled = (traceparent: string | undefined): traceparent is string =>
  traceparent !== undefined && (Number.parseInt(traceparent.slice(53), 16) & 1) === 1

/** What stands in an event's metadata: found without parsing it. */
export const traceparentIn = (metadata: string): string | undefined => {
  const at = metadata.indexOf('"traceparent":"')
  if (at < 0) return undefined
  const value = metadata.slice(at + 15, at + 70)
  return isTraceparent(value) ? value : undefined
}
