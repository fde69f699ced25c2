import { layer as models } from "@parley/projections/postgres/models"
import { History } from "@parley/projections/History"
import { Membership } from "@parley/projections/Membership"
import { ModelsStats } from "@parley/projections/modelServices"
import { layer as reading } from "@parley/projections/reading"
import { Reads } from "@parley/projections/Reads"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { layer as postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { append, conversation, Facts } from "../src/contracts/projection/given.ts"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const server = postgresOfFile()

const one = conversation(1)

const node = reading.pipe(
  Layer.provideMerge(models()),
  Layer.provide(Layer.unwrap(Effect.sync(() => postgres({ ...server.options(), maxConnections: 8 })))),
  Layer.provideMerge(eventStore),
)

/** Polls; what it waits for is told by a number that rises. */
const until = (reached: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!(yield* reached)) yield* Effect.sleep("10 millis")
  }).pipe(Effect.timeout("60 seconds"), Effect.orDie)

describe.runIf(server.present)("read models, and Postgres killed under them", () => {
  it.live("killed again and again while a log is applied, the models end with every event applied once", () =>
    Effect.gen(function* () {
      const [history, membership, stats] = [yield* History, yield* Membership, yield* ModelsStats]
      const facts = new Facts()
      const messages = 6_000
      const events = [facts.created("all", "ann", "bob")]
      for (let n = 0; n < messages; n++) {
        if (n % 500 === 0) events.push(facts.added(`guest-${n}`))
        events.push(facts.said(n % 3 === 0 ? "bob" : "ann"))
      }
      yield* append(one, -1, ...events)
      for (const after of [1_000, 3_000]) {
        yield* until(Effect.map(history.position, (position) => position >= after))
        yield* Effect.promise(() => server.server().kill())
        expect(yield* Effect.flip(history.view(one, "ann"))).toMatchObject({ _tag: "Unavailable" })
        yield* Effect.promise(() => server.server().start())
      }
      const head = yield* (yield* EventStore).headPosition
      yield* until(
        Effect.map(Effect.all([history.position, membership.position]), (positions) =>
          positions.every((position) => position === head),
        ),
      )
      yield* until(
        Effect.sync(() => Object.values(stats.read()).every((model) => model.trouble === undefined)),
      )
      const last = events.length - 1
      const view = yield* history.view(one, "ann")
      expect(view?.conversation).toMatchObject({
        revision: last,
        position: head,
        memberCount: 2 + messages / 500,
      })
      const [marker] = yield* history.markers("ann", [[one, 0]])
      expect(marker).toMatchObject({ lastSeq: last, unread: messages / 3 })
      let before: number | undefined
      let seen = 0
      for (;;) {
        const page = yield* (yield* Reads).page(one, "ann", {
          _tag: "Before",
          limit: 200,
          ...(before === undefined ? {} : { before }),
        })
        if (page === undefined || page.messages.length === 0) break
        seen += page.messages.length
        before = page.messages.at(-1)!.seq
      }
      expect(seen).toBe(messages)
      expect((yield* membership.of("guest-500", -1)).length).toBe(1)
    }).pipe(Effect.provide(node)),
  )
})
