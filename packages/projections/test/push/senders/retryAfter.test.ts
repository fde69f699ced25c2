import { retryAfter } from "@parley/projections/push/senders/retryAfter"
import { expect, it } from "vitest"

const now = Date.parse("2026-11-24T13:00:00Z")

it.each([
  ["120", 120_000],
  [" 0 ", 0],
  ["Tue, 24 Nov 2026 13:00:30 GMT", 30_000],
  ["Tue, 24 Nov 2026 12:00:00 GMT", 0],
  ["999999999", 3_600_000],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("Retry-After %j is a wait of %j ms, of an hour at most", (header, ms) => {
  expect(retryAfter(header, now)).toBe(ms)
})
