/** What followers are told of own commits and of others'. */
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { CommitSignal } from "../../src/eventStore/CommitSignal.ts"
import { Announcements } from "../../src/eventStore/eventStoreDb/Announcements.ts"

const told = (acts: (announcements: Announcements) => void): Promise<ReadonlyArray<number>> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const signal = new CommitSignal()
        const positions: Array<number> = []
        yield* signal.onCommitted((position) => positions.push(position))
        acts(new Announcements(signal, 10))
        return positions
      }),
    ),
  )

const shown = (id: string, position: number) => ({ id, stream: "s", position })

it("an own commit is told once, by its answer, whether the subscription shows it before or after", async () => {
  const positions = await told((announcements) => {
    const answered = announcements.began("s", ["a", "b"])
    announcements.heard(shown("a", 11))
    announcements.heard(shown("b", 12))
    answered(12)
    const next = announcements.began("s", ["c", "d"])
    next(14)
    announcements.heard(shown("c", 13))
    announcements.heard(shown("d", 14))
  })
  expect(positions).toEqual([12, 14])
})

it("an own commit whose answer never came is told when the subscription has shown it", async () => {
  const positions = await told((announcements) => {
    const lost = announcements.began("s", ["a"])
    announcements.heard(shown("a", 11))
    lost(undefined)
    announcements.began("s", ["b"])(undefined)
    announcements.heard(shown("b", 12))
  })
  expect(positions).toEqual([11, 12])
})

it("positions rise: a retry's old answer and what is behind the last one told are not told", async () => {
  const positions = await told((announcements) => {
    announcements.heard(shown("x", 9))
    announcements.began("s", ["a"])(5)
    announcements.heard(shown("y", 20))
    announcements.began("s", ["b"])(15)
    announcements.heard(shown("z", 21))
  })
  expect(positions).toEqual([20, 21])
})
