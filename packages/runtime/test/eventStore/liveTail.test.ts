/** The live tail against the log that it is the tail of. */
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { LiveTail } from "../../src/eventStore/LiveTail.ts"
import type { RecordedEvent } from "../../src/EventStore.ts"

const event = (position: number, stream: string): RecordedEvent => ({
  id: String(position).padStart(32, "0"),
  type: "Happened",
  data: "{}",
  metadata: "{}",
  stream,
  revision: 0,
  position,
  created: 0,
})

it("a page is what the log holds after the position, or it is not answered", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom("a-1", "b-1")), { maxLength: 60 }),
      fc.nat(20),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom([], ["a-"], ["b-", "c-"]),
      (steps, unheard, limit, prefixes) => {
        let last = 0
        const log = steps.map(([gap, stream]) => event((last += gap), stream))
        const tail = new LiveTail()
        for (const one of log.slice(unheard)) tail.heard(one)
        for (let after = -1; after <= last + 1; after++) {
          const page = tail.pageAfter(after, limit, prefixes)
          if (page === undefined) {
            const first = log[unheard]
            expect(first === undefined || after < first.position).toBe(true)
            continue
          }
          const wanted = log.filter(
            (one) =>
              one.position > after &&
              (prefixes.length === 0 || prefixes.some((prefix) => one.stream.startsWith(prefix))),
          )
          expect(page.events).toEqual(wanted.slice(0, limit))
          expect(page.atEnd).toBe(wanted.length <= limit)
          expect(page.scanned).toBeLessThanOrEqual(Math.max(last, after))
          expect(wanted.filter((one) => one.position <= page.scanned)).toEqual(page.events)
        }
      },
    ),
  )
})

it("holds a bounded number of events and never answers for those that it dropped", () => {
  const tail = new LiveTail()
  for (let position = 0; position < 10_000; position++) tail.heard(event(position, "a"))
  expect(tail.pageAfter(0, 10, [])).toBeUndefined()
  expect(tail.pageAfter(9_500, 10_000, [])?.events).toHaveLength(499)
  expect(tail.pageAfter(9_999, 1, [])).toEqual({ events: [], scanned: 9_999, atEnd: true })
  tail.broken()
  expect(tail.pageAfter(9_999, 1, [])).toBeUndefined()
})
