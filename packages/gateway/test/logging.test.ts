import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { afterAll, afterEach, expect, it, vi } from "vitest"
import { logging } from "../src/logging.ts"

const written = vi.spyOn(console, "error").mockImplementation(() => undefined)
afterEach(() => void written.mockClear())
afterAll(() => written.mockRestore())

const ids = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }
const lineOf = (format: "json" | "text", effect: Effect.Effect<void>): string => {
  Effect.runSync(Effect.provide(effect, logging({ level: "info", format })))
  return String(written.mock.calls[0]?.[0])
}
const said = Effect.annotateLogs(Effect.logWarning("it rains"), { requestId: "req_1" })
const traced = Effect.withParentSpan(said, Tracer.externalSpan(ids))

it("a line names the trace that it belongs to, by the span that is exported, however deep it was written", () => {
  const line = JSON.parse(
    lineOf("json", Effect.withParentSpan(Effect.withSpan(said, "inner"), Tracer.externalSpan(ids))),
  )
  expect(line).toMatchObject({
    ...{ message: "it rains", level: "WARN", annotations: { requestId: "req_1" } },
    ...{ trace_id: ids.traceId, span_id: ids.spanId },
  })
  written.mockClear()
  expect(lineOf("text", traced)).toMatch(`requestId=req_1 trace_id=${ids.traceId} span_id=${ids.spanId}`)
})

it("a line of no trace names none", () => {
  expect(JSON.parse(lineOf("json", Effect.withSpan(said, "own")))).not.toHaveProperty("trace_id")
  written.mockClear()
  expect(lineOf("text", said)).not.toContain("trace_id")
})
