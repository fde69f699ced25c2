/** What an operator is promised of a rebuild, and everybody else while one goes on. */
import { History } from "@parley/projections/History"
import { type RebuildProgress, Rebuilds } from "@parley/projections/Rebuilds"
import { Reads } from "@parley/projections/Reads"
import { type Repair, RepairFeed } from "@parley/projections/RepairFeed"
import { EventStore } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { append, conversation, Facts } from "./given.ts"
import type { Promised } from "./projectionContract.ts"

const one = conversation(1)

/** A turn of the event loop for the models, and some time for what waits by the clock. */
const later = Effect.andThen(
  Effect.promise(() => new Promise(setImmediate)),
  TestClock.adjust("100 millis"),
)

/** The history model has reached the log's head, however busy the machine is. */
const inTheEnd = Effect.gen(function* () {
  const head = yield* (yield* EventStore).headPosition
  yield* Effect.retry((yield* History).caughtUp(head), { times: 30 })
})

/** Polls: a rebuild tells its end to whoever asks, and to nobody else. */
const ended = Effect.fnUntraced(function* (projection: string) {
  const rebuilds = yield* Rebuilds
  let progress: RebuildProgress | undefined
  while ((progress = yield* rebuilds.progress(projection))?.state === "running") yield* later
  return progress
})

export const rebuildContract = (promise: Promised): void => {
  promise(
    "what is written while a model is rebuilt is read at once, and announced once and in order, before, during and after the switch",
    Effect.gen(function* () {
      const [rebuilds, reads, feed, facts] = [yield* Rebuilds, yield* Reads, yield* RepairFeed, new Facts()]
      const repairs: Array<Repair> = []
      yield* feed.subscribe((repair) => void repairs.push(repair))
      yield* append(
        one,
        -1,
        facts.created("all", "ann"),
        ...Array.from({ length: 2_000 }, () => facts.said("ann")),
      )
      yield* inTheEnd
      yield* rebuilds.start("history")
      let seq = 2_000
      for (;;) {
        yield* append(one, seq, facts.said("ann"), facts.added(`guest-${seq}`))
        seq += 2
        const page = yield* reads.page(one, "ann", { _tag: "Before", limit: 1 })
        expect([page?.messages[0]?.seq, page?.conversation.memberCount]).toEqual([
          seq - 1,
          (seq - 2_000) / 2 + 1,
        ])
        if ((yield* rebuilds.progress("history"))?.state !== "running" && seq > 2_050) break
        yield* later
      }
      expect(yield* ended("history")).toMatchObject({ projection: "history", state: "done" })
      yield* inTheEnd
      const head = yield* (yield* EventStore).headPosition
      const positions = repairs.map((repair) => repair.position)
      expect(positions).toEqual(positions.toSorted((a, b) => a - b))
      expect(positions.at(-1)).toBe(head)
      expect(repairs.flatMap((repair) => repair.changes.map((change) => change.seq))).toEqual([
        0,
        ...Array.from({ length: (seq - 2_000) / 2 }, (_, n) => 2_002 + n * 2),
      ])
    }),
  )
  promise(
    "of two starts the second is refused while the first goes on, and afterwards it is not",
    Effect.gen(function* () {
      const rebuilds = yield* Rebuilds
      yield* append(one, -1, new Facts().created("all", "ann"))
      expect(yield* rebuilds.progress("membership")).toBe(undefined)
      expect(yield* rebuilds.start("membership")).toMatchObject({
        projection: "membership",
        state: "running",
      })
      expect(yield* Effect.flip(rebuilds.start("membership"))).toMatchObject({ _tag: "RebuildRunning" })
      expect(yield* ended("membership")).toMatchObject({ state: "done" })
      yield* rebuilds.start("membership")
      expect(yield* ended("membership")).toMatchObject({ state: "done" })
    }),
  )
  promise(
    "effects are not rebuilt, and what is no projection is told what is one",
    Effect.gen(function* () {
      const rebuilds = yield* Rebuilds
      for (const ask of [rebuilds.start("push"), rebuilds.progress("push")])
        expect(yield* Effect.flip(ask)).toMatchObject({ _tag: "ProjectionIsEffect", projection: "push" })
      for (const name of ["nothing", "constructor"])
        expect(yield* Effect.flip(rebuilds.start(name))).toMatchObject({
          _tag: "UnknownProjection",
          known: ["history", "membership", "receipts", "directory"],
        })
    }),
  )
}
