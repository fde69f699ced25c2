import { Follower } from "@parley/projections/Follower"
import { History, type Page } from "@parley/projections/History"
import { type PageAnswer, toMaterial } from "@parley/projections/historyModel/answers"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { layer as readsLayer, Reads } from "@parley/projections/Reads"
import { StoreUnavailable, Unavailable } from "@parley/runtime/errors"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { append, conversation, Facts, stream } from "../src/contracts/projection/given.ts"

const one = conversation(1)
const latest: Page = { _tag: "Before", limit: 5 }

/** A history model that moves only when it is told to, and counts who waits for it. */
class Lagging {
  readonly #follower: Follower
  waited = 0
  /** What waiting does: by default the model does not come. */
  whenWaited: () => Effect.Effect<void, Unavailable> = () =>
    Effect.fail(new Unavailable({ reason: "lagging" }))
  beforeQuery: Effect.Effect<void, Unavailable> = Effect.void

  constructor(store: EventStore["Service"]) {
    this.#follower = new Follower(
      historyModel,
      {
        readAll: (read) => Effect.runSync(store.readAll({ direction: "forward", ...read })),
        headPosition: () => Effect.runSync(store.headPosition),
        epoch: () => store.epoch,
      },
      ":memory:",
    )
  }

  readonly move = (): void => {
    while (this.#follower.step().more);
  }

  #ask<A>(method: string, ...args: ReadonlyArray<unknown>): Effect.Effect<A, Unavailable> {
    return Effect.andThen(
      this.beforeQuery,
      Effect.sync(() => this.#follower.query(method, args) as A),
    )
  }

  readonly service: History["Service"] = {
    position: Effect.sync(() => this.#follower.position),
    caughtUp: () =>
      Effect.suspend(() => {
        this.waited += 1
        return this.whenWaited()
      }),
    view: (...args) => this.#ask("view", ...args),
    page: (...args) => Effect.map(this.#ask<PageAnswer | undefined>("page", ...args), toMaterial),
    roster: (...args) => this.#ask("roster", ...args),
    thread: () => Effect.die("not asked here"),
    byActivity: () => Effect.die("not asked here"),
    markers: () => Effect.die("not asked here"),
    covered: () => Effect.die("not asked here"),
    membersAmong: () => Effect.die("not asked here"),
    companions: () => Effect.die("not asked here"),
    companionsAmong: () => Effect.die("not asked here"),
    sample: () => Effect.die("not asked here"),
  }
}

/** `change`: what stands between the store and its readers. */
const reading = (
  title: string,
  body: (model: Lagging) => Effect.Effect<unknown, unknown, EventStore | Reads>,
  change: (store: EventStore["Service"]) => EventStore["Service"] = (store) => store,
): void =>
  it.effect(title, () =>
    Effect.gen(function* () {
      const store = yield* EventStore
      const model = new Lagging(store)
      const reads = readsLayer.pipe(
        Layer.provide(Layer.succeed(History, model.service)),
        Layer.provide(Layer.succeed(EventStore, change(store))),
      )
      yield* Effect.provide(body(model), reads)
    }).pipe(Effect.provide(eventStore)),
  )

const seqs = Effect.fnUntraced(function* (user: string) {
  const page = yield* (yield* Reads).page(one, user, latest)
  return page?.messages.map((message) => message.seq)
})

reading("what the model does not know yet is read from the log, without waiting for the model", (model) =>
  Effect.gen(function* () {
    const facts = new Facts()
    yield* append(one, -1, facts.created("all", "ann", "bob"), facts.said("ann"))
    expect(yield* seqs("ann")).toEqual([1])
    model.move()
    yield* append(one, 1, facts.said("bob"), facts.removed("bob"), facts.added("cid"), facts.said("cid"))
    expect([yield* seqs("ann"), yield* seqs("bob"), yield* seqs("cid")]).toEqual([
      [5, 2, 1],
      undefined,
      [5, 2, 1],
    ])
    expect(model.waited).toBe(0)
  }),
)

reading(
  "200 events are folded; for more the model is waited for, and without it the read is unavailable",
  (model) =>
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann"))
      model.move()
      yield* append(one, 0, ...Array.from({ length: 200 }, () => facts.said("ann")))
      expect([(yield* seqs("ann"))?.[0], model.waited]).toEqual([200, 0])
      yield* append(one, 200, facts.said("ann"))
      expect(yield* Effect.flip(seqs("ann"))).toMatchObject({ _tag: "Unavailable", reason: "lagging" })
      model.whenWaited = () => Effect.sync(model.move)
      expect([(yield* seqs("ann"))?.[0], model.waited]).toEqual([201, 2])
    }),
)

reading(
  "what is written while the model is asked may be missing, but nothing written before the read is",
  (model) =>
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann", "bob"), facts.said("ann"))
      const store = yield* EventStore
      // The model goes on between the head and the snapshot: it knows more than the head that was asked for.
      model.beforeQuery = append(one, 1, facts.removed("bob")).pipe(
        Effect.provideService(EventStore, store),
        Effect.andThen(Effect.sync(model.move)),
        Effect.orDie,
      )
      expect(yield* seqs("bob")).toBe(undefined)
    }),
)

reading("a roster whose page loses members to the log is filled from the model again", (model) =>
  Effect.gen(function* () {
    const facts = new Facts()
    yield* append(one, -1, facts.created("all", "ann", "bob", "cid", "dan", "eve"))
    model.move()
    yield* append(one, 0, facts.removed("bob", "cid"))
    const roster = yield* (yield* Reads).roster(one, "ann", undefined, 2)
    expect(roster?.members.map((member) => member.user)).toEqual(["ann", "dan"])
    expect([roster?.conversation.memberCount, model.waited]).toEqual([3, 0])
  }),
)

reading("events that the store hides are taken from the model", (model) =>
  Effect.gen(function* () {
    const facts = new Facts()
    yield* append(one, -1, facts.created("all", "ann"), facts.said("ann"), facts.said("ann"))
    yield* (yield* EventStore).setMetadata(stream(one), { truncateBefore: 2 })
    model.whenWaited = () => Effect.sync(model.move)
    expect([yield* seqs("ann"), model.waited]).toEqual([[2, 1], 1])
  }),
)

reading(
  "a store that cannot say where the conversation stands makes the read unavailable, whatever the model knows",
  (model) =>
    Effect.gen(function* () {
      yield* append(one, -1, new Facts().created("all", "ann"))
      model.move()
      expect(yield* Effect.flip(seqs("ann"))).toMatchObject({ _tag: "Unavailable" })
    }),
  (store) => ({ ...store, head: () => Effect.fail(new StoreUnavailable({ reason: "planted" })) }),
)
