/** What a reader is promised: as of the request's arrival, whatever the models know by then. */
import type { EventStore } from "@parley/runtime/EventStore"
import { ModelsStats } from "@parley/projections/modelServices"
import { Reads } from "@parley/projections/Reads"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, appendPoison, conversation, Facts } from "./given.ts"
import type { Promised } from "./projectionContract.ts"

const [one, two] = [conversation(1), conversation(2)]

const newest = Effect.fnUntraced(function* (user: string, limit: number) {
  const page = yield* (yield* Reads).page(one, user, { _tag: "Before", limit })
  return page?.messages.map((message) => message.seq)
})

const users = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `user-${String(n).padStart(3, "0")}`)

const roster = Effect.fnUntraced(function* (after: string | undefined, limit: number) {
  const found = yield* (yield* Reads).roster(one, "ann", after, limit)
  return found?.members.map((member) => member.user)
})

export const readsContract = (promise: Promised): void => {
  promise(
    "a conversation can be read as soon as its creation is acknowledged, and every message as soon as it is",
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann"))
      expect(yield* newest("ann", 1)).toEqual([])
      for (let seq = 1; seq <= 100; seq++) {
        yield* append(one, seq - 1, facts.said("ann"))
        expect(yield* newest("ann", 1)).toEqual([seq])
      }
    }),
  )
  promise(
    "whoever is removed reads nothing any more, and whoever is added reads at once",
    Effect.gen(function* () {
      const [reads, facts] = [yield* Reads, new Facts()]
      yield* append(one, -1, facts.created("all", "ann", "bob"), facts.said("ann"))
      for (let revision = 1; revision < 41; revision += 2) {
        yield* append(one, revision, facts.removed("bob"))
        expect(yield* newest("bob", 1)).toBe(undefined)
        expect(yield* reads.view(one, "bob")).toBe(undefined)
        expect(yield* reads.roster(one, "bob", undefined, 1)).toBe(undefined)
        yield* append(one, revision + 1, facts.added("bob"))
        expect(yield* newest("bob", 1)).toEqual([1])
        expect(yield* reads.view(one, "bob")).toMatchObject({
          member: { joinedSeq: revision + 2 },
          conversation: { memberCount: 2, revision: revision + 2 },
        })
      }
    }),
  )
  promise(
    "a stranger reads as if there were no such conversation",
    Effect.gen(function* () {
      const reads = yield* Reads
      yield* append(one, -1, new Facts().created("all", "ann"))
      expect(yield* reads.view(one, "zoe")).toBe(undefined)
      expect(yield* newest("zoe", 5)).toBe(undefined)
      expect(yield* reads.view(two, "zoe")).toBe(undefined)
    }),
  )
  promise(
    "with history from_join a member sees what was said since he joined, after joining again since then",
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("from_join", "ann"), facts.said("ann"), facts.added("bob"))
      yield* append(one, 2, facts.said("ann"))
      expect([yield* newest("ann", 5), yield* newest("bob", 5)]).toEqual([[3, 1], [3]])
      yield* append(one, 3, facts.removed("bob"), facts.said("ann"), facts.added("bob"))
      expect([yield* newest("ann", 5), yield* newest("bob", 5)]).toEqual([[5, 3, 1], []])
    }),
  )
  promise(
    "a log far ahead of the model is waited for",
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann"))
      yield* append(one, 0, ...Array.from({ length: 1_500 }, () => facts.said("ann")))
      expect(yield* newest("ann", 3)).toEqual([1_500, 1_499, 1_498])
    }),
  )
  promise(
    "pages of the roster hold everybody once, in order, also while many leave",
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann"), facts.added(...users(100)))
      expect(yield* roster(undefined, 3)).toEqual(["ann", "user-000", "user-001"])
      expect(yield* roster("user-097", 10)).toEqual(["user-098", "user-099"])
      yield* append(one, 1, facts.removed(...users(50)), facts.added("aaron"))
      expect(yield* roster(undefined, 4)).toEqual(["aaron", "ann", "user-050", "user-051"])
    }),
  )
  promise(
    "behind a model that has stopped, other conversations are still read as of arrival, and the unreadable one is unavailable",
    Effect.gen(function* () {
      const [reads, facts, others] = [yield* Reads, new Facts(), new Facts()]
      yield* append(one, -1, facts.created("all", "ann"))
      yield* append(two, -1, others.created("all", "ann"))
      yield* appendPoison(two, 0)
      yield* stopped
      yield* append(one, 0, facts.said("ann"))
      expect(yield* newest("ann", 5)).toEqual([1])
      const failure = yield* Effect.flip(reads.page(two, "ann", { _tag: "Before", limit: 1 }))
      expect(failure).toMatchObject({ _tag: "Unavailable" })
    }),
  )
}

/** Polls: nothing announces the end of a model but its numbers. */
const stopped: Effect.Effect<void, never, EventStore | ModelsStats> = Effect.gen(function* () {
  const stats = yield* ModelsStats
  while (stats.read().history.stopped === undefined) yield* Effect.promise(() => new Promise(setImmediate))
})
