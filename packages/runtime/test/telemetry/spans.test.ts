import { expect, it } from "vitest"
import { isSampled, isTraceparent, traceparentIn } from "../../src/telemetry/Spans.ts"

const trace = "0af7651916cd43dd8448eb211c80319c"
const span = "b7ad6b7169203331"

it.each([
  [`00-${trace}-${span}-01`, true, true],
  [`00-${trace}-${span}-00`, true, false],
  [`00-${"0".repeat(32)}-${span}-01`, false, undefined],
  [`00-${trace}-${"0".repeat(16)}-01`, false, undefined],
  [`01-${trace}-${span}-01`, false, undefined],
  [`00-${trace.toUpperCase()}-${span}-01`, false, undefined],
  [`00-${trace}-${span}-01-more`, false, undefined],
  [7, false, undefined],
])("%s is a traceparent: %s, sampled: %s", (value, valid, sampled) => {
  expect(isTraceparent(value)).toBe(valid)
  if (isTraceparent(value)) expect(isSampled(value)).toBe(sampled)
})

it("an event's metadata shows its trace without being parsed", () => {
  const traceparent = `00-${trace}-${span}-01`
  expect(traceparentIn(JSON.stringify({ v: 1, actor: "a", traceparent, ts: 0 }))).toBe(traceparent)
  expect(traceparentIn(JSON.stringify({ v: 1, actor: '"traceparent":"', ts: 0 }))).toBeUndefined()
  expect(traceparentIn(JSON.stringify({ v: 1, actor: "a", ts: 0 }))).toBeUndefined()
})
