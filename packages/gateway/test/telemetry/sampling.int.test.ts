/** Which traces begin is what OpenTelemetry's own variables say. An integration test: it loads the SDK, and is global while it runs. */
import type { SpanStart } from "@parley/runtime/telemetry/Spans"
import * as Effect from "effect/Effect"
import { afterEach, expect, it, vi } from "vitest"
import { tracing } from "../../src/telemetry/tracing.ts"

afterEach(() => void vi.unstubAllEnvs())

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
const own: SpanStart = { name: "stream.request", kind: "server" }

const sampled = (env: Readonly<Record<string, string>>): Promise<ReadonlyArray<boolean>> => {
  // Nobody listens there: what cannot be exported is dropped, and the end does not wait for it for ever.
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
  for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value)
  return tracing({ traces: true }).pipe(
    Effect.map((spans) => {
      const begun = [own, { ...own, parent }, { ...own, parent: `${parent.slice(0, -1)}0` }].map((start) =>
        spans?.start(start),
      )
      expect(begun[1]?.traceparent.slice(0, 35) ?? parent.slice(0, 35)).toBe(parent.slice(0, 35))
      return begun.map((span) => span !== undefined)
    }),
    Effect.scoped,
    Effect.runPromise,
  )
}

it.each([
  ["", [true, true, false]],
  ["always_off", [false, false, false]],
  ["always_on", [true, true, true]],
  ["parentbased_always_off", [false, true, false]],
] as const)(
  "sampler %j: one without a parent, of a sampled one, of one that was not",
  async (name, expected) => {
    expect(await sampled({ OTEL_TRACES_SAMPLER: name })).toEqual(expected)
  },
)

it("a share of traces is taken by their ids alone, whatever the caller says", async () => {
  const env = { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }
  expect(await sampled(env)).toEqual([false, false, false])
})

it("without traces nothing is there to make a span", async () => {
  expect(await Effect.runPromise(Effect.scoped(tracing({ traces: false })))).toBeUndefined()
})
