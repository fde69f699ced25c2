/** What is counted and traced of an entity's queue. */
import { expect, it } from "vitest"
import { WaitingRequests } from "../../src/entity/WaitingRequests.ts"
import { entityCounts } from "../../src/telemetry/EntityMeters.ts"
import type { SpanMaker } from "../../src/telemetry/Spans.ts"

const traceOf = (flags: string): string => `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`

const queue = (ended: Array<readonly [string, string | undefined]> = []) => {
  const spans: SpanMaker = {
    start: ({ name }) => ({
      traceparent: traceOf("01"),
      end: ({ failed } = {}) => void ended.push([name, failed]),
      around: (effect) => effect,
    }),
  }
  const counts = entityCounts()
  const requests = new WaitingRequests<string, never, number>({
    counts,
    spans,
    traceparentOf: (trace) => trace,
  })
  return { counts, requests }
}

const answered = { _tag: "Answered", answer: 1 } as const

it("counts who waits, those answered together, and forgets nobody who is told that nothing is known", () => {
  const { counts, requests } = queue()
  const heard: Array<string> = []
  for (let i = 0; i < 3; i++) requests.join("", ({ _tag }) => heard.push(_tag))
  expect([counts.waiting, counts.deepest.read(0)]).toEqual([3, 3])
  requests.answer([answered, answered], requests.appended(2))
  expect([counts.waiting, counts.batches.sum]).toEqual([1, 2])
  requests.fail("gone")
  expect([counts.waiting, heard]).toEqual([0, ["Answered", "Answered", "Unavailable"]])
})

it("refuses what is beyond its bound, and counts it", () => {
  const { counts, requests } = queue()
  let joined = 0
  while (requests.join("", () => undefined)) joined++
  expect([joined, counts.waiting, counts.refused]).toEqual([4_096, 4_096, 1])
})

it("a sampled request has a span from joining to its answer, and one of its append where there was one; another has none", () => {
  const ended: Array<readonly [string, string | undefined]> = []
  const { requests } = queue(ended)
  requests.join(traceOf("01"), () => undefined)
  requests.join(traceOf("00"), () => undefined)
  requests.answer([answered, answered], requests.appended(1))
  expect(ended.splice(0)).toEqual([
    ["store.append", undefined],
    ["entity.command", undefined],
  ])
  requests.join(traceOf("01"), () => undefined)
  requests.answer([answered], requests.appended(0))
  requests.join(traceOf("01"), () => undefined)
  requests.fail("gone")
  expect(ended).toEqual([
    ["entity.command", undefined],
    ["entity.command", "unavailable"],
  ])
})
