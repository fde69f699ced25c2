import type { Sealed } from "@parley/domain/Sealed"
import { Drift, layer as driftLayer } from "@parley/projections/Drift"
import { History, type MessageRow } from "@parley/projections/History"
import { Membership } from "@parley/projections/Membership"
import { layerMemory } from "@parley/projections/models"
import { Receipts } from "@parley/projections/Receipts"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import {
  append,
  appendOwn,
  conversation,
  delivered,
  Facts,
  privacy,
  readUpTo,
} from "../src/contracts/projection/given.ts"

const inThread = layerMemory((store) => ({
  readAll: (read) => Effect.runSync(store.readAll({ direction: "forward", ...read })),
  headPosition: () => Effect.runSync(store.headPosition),
  epoch: () => store.epoch,
}))

const [long, short] = [conversation(1), conversation(2)]

/** One that is longer than what is compared at once, and one with everything that can happen to messages and cursors. */
const fill = Effect.gen(function* () {
  const [a, b] = [new Facts(), new Facts()]
  yield* append(
    long,
    -1,
    a.created("from_join", "ann", "bob"),
    ...Array.from({ length: 450 }, () => a.said("ann")),
  )
  const [created, first, second] = [b.created("all", "ann", "bob", "cid"), b.said("ann"), b.said("bob")]
  yield* append(short, -1, created, first, second, b.said("cid", first.message_id), b.edited(first))
  yield* append(
    short,
    4,
    b.reacted(second, "ann", "👍", 1),
    b.said("cid"),
    b.deleted(second),
    b.removed("cid"),
  )
  yield* appendOwn(
    "ann",
    readUpTo({ [short]: 3 }),
    delivered("phone", { [short]: 4, [long]: 9 }),
    privacy(false),
  )
  yield* appendOwn("bob", readUpTo({ [short]: 1 }), readUpTo({ [short]: 5 }))
  const position = yield* (yield* EventStore).headPosition
  yield* Effect.forEach([yield* History, yield* Membership, yield* Receipts], (model) =>
    model.caughtUp(position),
  )
})

/** 60 samples of models between which and whoever asks `change` stands. */
const counted = (change: {
  readonly history?: (history: History["Service"]) => Partial<History["Service"]>
  readonly membership?: (membership: Membership["Service"]) => Partial<Membership["Service"]>
  readonly receipts?: (receipts: Receipts["Service"]) => Partial<Receipts["Service"]>
}) =>
  Effect.gen(function* () {
    yield* fill
    const [history, membership, receipts] = [yield* History, yield* Membership, yield* Receipts]
    const asked = Layer.mergeAll(
      Layer.succeed(History, { ...history, ...change.history?.(history) }),
      Layer.succeed(Membership, { ...membership, ...change.membership?.(membership) }),
      Layer.succeed(Receipts, { ...receipts, ...change.receipts?.(receipts) }),
    )
    return yield* Effect.gen(function* () {
      const drift = yield* Drift
      for (let n = 0; n < 60; n++) yield* drift.sample
      return drift.read()
    }).pipe(Effect.provide(driftLayer.pipe(Layer.provide(asked))))
  }).pipe(Effect.provide(inThread.pipe(Layer.provideMerge(eventStore))))

it.effect("models that follow the log are sampled all the time, and never found to differ", () =>
  Effect.gen(function* () {
    expect(yield* counted({})).toEqual({
      history: { samples: 60, drifts: 0 },
      membership: { samples: 60, drifts: 0 },
      receipts: { samples: 60, drifts: 0 },
    })
  }),
)

const other: Sealed = { owner: "ann", box: "CCCC" }

type Change = (history: History["Service"]) => Partial<History["Service"]>

const changed = (
  history: History["Service"],
  change: (rows: ReadonlyArray<MessageRow>) => ReadonlyArray<MessageRow>,
): Partial<History["Service"]> => ({
  page: (...asked) =>
    Effect.map(history.page(...asked), (page) => page && { ...page, newer: change(page.newer) }),
})

const wrong: Readonly<Record<string, Change>> = {
  "another body": (history) => changed(history, (rows) => rows.map((row) => ({ ...row, body: other }))),
  "a missing message": (history) => changed(history, (rows) => rows.slice(0, -1)),
  "one unread too many": (history) => ({
    markers: (...asked) =>
      Effect.map(history.markers(...asked), (markers) =>
        markers.map((marker) => ({ ...marker, unread: marker.unread + 1 })),
      ),
  }),
}

it.effect.each(Object.keys(wrong))("a history model with %s is noticed", (what) =>
  Effect.gen(function* () {
    const counts = yield* counted({ history: wrong[what]! })
    expect(counts.history.drifts).toBe(counts.history.samples)
    expect([counts.history.samples, counts.membership.drifts, counts.receipts.drifts]).toEqual([60, 0, 0])
  }),
)

it.effect("a membership that began at another event, and a cursor that is elsewhere, are noticed", () =>
  Effect.gen(function* () {
    const counts = yield* counted({
      membership: (membership) => ({
        of: (...asked) =>
          Effect.map(membership.of(...asked), (rows) =>
            rows.map((row) => ({ ...row, joinedSeq: row.joinedSeq + 1 })),
          ),
      }),
      receipts: (receipts) => ({
        ofUsers: (...asked) =>
          Effect.map(receipts.ofUsers(...asked), (users) =>
            users.map((user) => ({ ...user, readUpTo: user.readUpTo + 1 })),
          ),
      }),
    })
    expect(counts.membership).toEqual({ samples: 60, drifts: 60 })
    // Where nobody has read there is nothing to compare a cursor with.
    expect(counts.receipts.drifts).toBeGreaterThan(5)
    expect(counts.history.drifts).toBe(0)
  }),
)

it.effect("a sample is taken every five seconds", () =>
  Effect.gen(function* () {
    yield* fill
    const drift = yield* Drift
    yield* TestClock.adjust("4900 millis")
    expect(drift.read().history.samples).toBe(0)
    yield* TestClock.adjust("200 millis")
    // The models answer a turn of the event loop later.
    while (drift.read().receipts.samples === 0) yield* Effect.promise(() => new Promise(setImmediate))
    expect(drift.read().history.samples).toBe(1)
  }).pipe(Effect.provide(driftLayer.pipe(Layer.provideMerge(inThread), Layer.provideMerge(eventStore)))),
)
