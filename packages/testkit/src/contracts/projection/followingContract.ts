/** What the read models promise about how far they have come, and what they tell of it. */
import { EventStore } from "@parley/runtime/EventStore"
import { History } from "@parley/projections/History"
import { Membership } from "@parley/projections/Membership"
import { ModelsStats } from "@parley/projections/modelServices"
import { type Repair, RepairFeed } from "@parley/projections/RepairFeed"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, appendPoison, conversation, Facts } from "./given.ts"
import type { Promised } from "./projectionContract.ts"

const [one, two] = [conversation(1), conversation(2)]

/** Both models know everything that stands in the log now. */
const caughtUp = Effect.gen(function* () {
  const position = yield* (yield* EventStore).headPosition
  yield* (yield* History).caughtUp(position)
  yield* (yield* Membership).caughtUp(position)
  return position
})

export const followingContract = (promise: Promised): void => {
  promise(
    "caught up with a position, a model answers with everything up to there",
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann", "bob"), facts.said("ann"), facts.removed("bob"))
      const position = yield* caughtUp
      const history = yield* History
      expect(yield* history.view(one, "ann")).toMatchObject({
        conversation: { id: one, memberCount: 1, revision: 2, position },
        member: { user: "ann", joinedSeq: 0 },
      })
      expect(yield* history.view(one, "bob")).not.toHaveProperty("member")
      expect(yield* history.view(two, "ann")).toBe(undefined)
      expect(yield* history.position).toBeGreaterThanOrEqual(position)
    }),
  )
  promise(
    "a user's conversations are those that he is in, and those that he left after a position",
    Effect.gen(function* () {
      const [membership, facts, others] = [yield* Membership, new Facts(), new Facts()]
      yield* append(one, -1, facts.created("all", "ann", "bob"), facts.removed("bob"))
      const left = yield* caughtUp
      yield* append(two, -1, others.created("all", "ann", "bob"))
      yield* caughtUp
      const current = { conversation: two, member: true, joinedSeq: 0 }
      const former = { conversation: one, member: false, joinedSeq: 0, removedSeq: 1, removedPosition: left }
      expect(yield* membership.of("bob", -1)).toMatchObject([former, current])
      expect(yield* membership.of("bob", left - 1)).toMatchObject([former, current])
      expect(yield* membership.of("bob", left)).toMatchObject([current])
      yield* append(one, 1, facts.added("bob"))
      yield* caughtUp
      expect(yield* membership.of("bob", -1)).toMatchObject([
        { conversation: one, member: true, joinedSeq: 2 },
        current,
      ])
      expect(yield* membership.of("zoe", -1)).toEqual([])
    }),
  )
  promise(
    "many questions at once are each answered by their own answer",
    Effect.gen(function* () {
      const history = yield* History
      const ids = Array.from({ length: 40 }, (_, n) => conversation(n))
      yield* Effect.forEach(ids, (id) => append(id, -1, new Facts().created("all", "ann")))
      yield* caughtUp
      const asked = Array.from({ length: 400 }, (_, n) => ids[n % ids.length]!)
      const views = yield* Effect.forEach(asked, (id) => history.view(id, "ann"), {
        concurrency: "unbounded",
      })
      expect(views.map((view) => view?.conversation.id)).toEqual(asked)
    }),
  )
  promise(
    "waiting for what is not in the log ends with Unavailable",
    Effect.gen(function* () {
      const [history, membership] = [yield* History, yield* Membership]
      const beyond = (yield* caughtUp) + 1_000
      for (const wait of [history.caughtUp(beyond), membership.caughtUp(beyond)])
        expect(yield* Effect.flip(wait)).toMatchObject({ _tag: "Unavailable" })
    }),
  )
  promise(
    "the repair feed names every head and every membership change, in the order of the log, before the model is caught up",
    Effect.gen(function* () {
      const repairs: Array<Repair> = []
      yield* (yield* RepairFeed).subscribe((repair) => void repairs.push(repair))
      const [facts, others] = [new Facts(), new Facts()]
      yield* append(one, -1, facts.created("all", "ann"), facts.said("ann"), facts.added("bob"))
      yield* append(two, -1, others.created("all", "cid"))
      yield* append(
        one,
        2,
        ...Array.from({ length: 600 }, () => facts.said("bob")),
        facts.removed("ann", "bob"),
      )
      const position = yield* caughtUp
      expect(repairs.at(-1)?.position).toBeGreaterThanOrEqual(position)
      const positions = repairs.map((repair) => repair.position)
      expect(positions).toEqual(positions.toSorted((a, b) => a - b))
      const heads = new Map(
        repairs.flatMap((repair) => repair.heads).map((head) => [head.conversation, head]),
      )
      expect([heads.get(one)?.revision, heads.get(two)?.revision]).toEqual([603, 0])
      expect(heads.get(one)?.position).toBe(position)
      expect(repairs.flatMap((repair) => repair.changes)).toMatchObject([
        { conversation: one, seq: 0, added: ["ann"], removed: [] },
        { conversation: one, seq: 2, added: ["bob"], removed: [] },
        { conversation: two, seq: 0, added: ["cid"], removed: [] },
        { conversation: one, seq: 603, added: [], removed: ["ann", "bob"] },
      ])
    }),
  )
  promise(
    "a listener of the repair feed that has left, or that fails, keeps nothing from the others",
    Effect.gen(function* () {
      const feed = yield* RepairFeed
      const [gone, kept]: [Array<Repair>, Array<Repair>] = [[], []]
      const leave = yield* feed.subscribe((repair) => void gone.push(repair))
      yield* feed.subscribe(() => {
        throw new Error("planted")
      })
      yield* feed.subscribe((repair) => void kept.push(repair))
      yield* caughtUp
      leave()
      gone.length = 0
      yield* append(one, -1, new Facts().created("all", "ann"))
      yield* caughtUp
      expect([gone.length, kept.at(-1)?.heads[0]?.conversation]).toEqual([0, one])
    }),
  )
  promise(
    "an event that cannot be read stops a model visibly: it says where, waiting ends at once, and what it knows is still answered",
    Effect.gen(function* () {
      const [history, stats, facts] = [yield* History, yield* ModelsStats, new Facts()]
      yield* append(one, -1, facts.created("all", "ann"), facts.said("ann"))
      const known = yield* caughtUp
      expect(stats.read().history).toEqual({ position: known, head: known, waiting: 0 })
      yield* appendPoison(one, 1)
      const position = yield* (yield* EventStore).headPosition
      const failure = yield* Effect.flip(history.caughtUp(position))
      expect(failure.reason).toContain(`MessageSent at position ${position}`)
      expect(stats.read().history).toMatchObject({ position: known, head: position, stopped: failure.reason })
      expect(yield* Effect.flip(history.caughtUp(position))).toEqual(failure)
      expect(yield* history.view(one, "ann")).toMatchObject({ conversation: { revision: 1 } })
    }),
  )
}
