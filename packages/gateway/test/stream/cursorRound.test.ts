/** Cursors are offered a few at a time, so that nobody's frames wait for thousands of them. */
import { setImmediate as nextTurn } from "node:timers/promises"
import { expect, it } from "vitest"
import { CursorRound } from "../../src/stream/CursorRound.ts"
import type { Session } from "../../src/stream/Session.ts"

const touchedBy = (count: number, takes: (index: number) => boolean = () => true) => {
  const offered: Array<readonly [index: number, settled: number, told: number]> = []
  const sessions = Array.from({ length: count }, (_, index) => ({
    offerCursor: (settled: number, told: number) => {
      offered.push([index, settled, told])
      return takes(index)
    },
  }))
  return { offered, touched: new Set(sessions as unknown as ReadonlyArray<Session>) }
}

it("a few are asked at once, everybody within the turns that follow, each once", async () => {
  const { offered, touched } = touchedBy(100)
  new CursorRound().begin(touched, 7, 5)
  expect(offered.length).toBeLessThan(50)
  while (touched.size > 0) await nextTurn()
  expect(offered).toEqual(Array.from({ length: 100 }, (_, index) => [index, 7, 5]))
})

it("whoever cannot take one stays, and is asked in the next round", () => {
  const { offered, touched } = touchedBy(2, (index) => index === 0)
  const round = new CursorRound()
  round.begin(touched, 7, 5)
  expect(touched.size).toBe(1)
  round.begin(touched, 9, 8)
  expect(offered).toEqual([
    [0, 7, 5],
    [1, 7, 5],
    [1, 9, 8],
  ])
})

it("a round that goes on is not joined by another", async () => {
  const { offered, touched } = touchedBy(100)
  const round = new CursorRound()
  round.begin(touched, 7, 5)
  round.begin(touched, 9, 8)
  while (touched.size > 0) await nextTurn()
  expect(new Set(offered.map(([, settled]) => settled))).toEqual(new Set([7]))
})
