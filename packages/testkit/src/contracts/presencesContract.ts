/**
 * What several presences promise together, each in a gateway of its own. `layer` gives another one each time it is built, with a
 * heartbeat well below a second.
 */
import { type Connection, Presence } from "@parley/runtime/Presence"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { eventually } from "../eventually.ts"

type One = Presence["Service"]

/** People are each test's own. */
let people = 0
const somebody = (): string => `person-${++people}`

const on = (user: string, device: string, session = `ses ${device}`): Connection => ({
  user,
  device,
  session,
})

export const presencesContract = (name: string, layer: Layer.Layer<Presence, unknown>): void => {
  const another = Effect.map(Layer.build(Layer.fresh(layer)), (context) =>
    Effect.runSync(Effect.provide(Presence, context)),
  )
  const promise = (
    title: string,
    body: (here: One, there: One, user: string) => Effect.Effect<unknown, unknown, Scope.Scope>,
  ): void =>
    it.live(
      title,
      () =>
        Effect.flatMap(Effect.all([another, another]), ([here, there]) => body(here, there, somebody())).pipe(
          Effect.scoped,
        ),
      20_000,
    )

  const becomes = (presence: One, user: string, status: string) =>
    eventually(async () => {
      const [one] = await Effect.runPromise(presence.of([user]))
      expect(one!.status).toBe(status)
    })

  describe(`presences: ${name}`, () => {
    promise(
      "a person is online over away over offline, by his devices at all gateways",
      (here, there, user) =>
        Effect.gen(function* () {
          here.connect(on(user, "phone"))
          yield* becomes(there, user, "away")
          there.connect(on(user, "laptop"))
          there.say(on(user, "laptop"), "online")
          yield* becomes(here, user, "online")
          expect(yield* here.foreground(user)).toEqual(["laptop"])
          there.end(on(user, "laptop"), "silent")
          yield* becomes(here, user, "away")
          expect(yield* here.foreground(user)).toEqual([])
          here.end(on(user, "phone"), "silent")
          yield* becomes(there, user, "offline")
          expect((yield* there.of([user]))[0]!.lastSeen).toBeGreaterThan(Date.now() - 10_000)
        }),
    )
    promise("who watches somebody is told of what he does at another gateway", (here, there, user) =>
      Effect.gen(function* () {
        let told = 0
        const end = yield* here.watch(user, () => told++)
        there.connect(on(user, "phone"))
        yield* eventually(() => expect(told).toBe(1))
        expect(yield* here.of([user])).toEqual([{ user, status: "away" }])
        there.say(on(user, "phone"), "online")
        yield* eventually(() => expect(told).toBe(2))
        there.end(on(user, "phone"), "silent")
        yield* eventually(() => expect(told).toBe(3))
        yield* becomes(here, user, "offline")
        end()
        end()
        there.connect(on(user, "phone", "again"))
        yield* becomes(here, user, "away")
        expect(told).toBe(3)
      }),
    )
    promise(
      "a device that moves to another gateway keeps what it said, and is the later connection's to speak of",
      (here, there, user) =>
        Effect.gen(function* () {
          here.connect(on(user, "phone", "old"))
          here.say(on(user, "phone", "old"), "online")
          yield* becomes(there, user, "online")
          there.connect(on(user, "phone", "new"))
          yield* eventually(async () =>
            expect(await Effect.runPromise(there.foreground(user))).toEqual(["phone"]),
          )
          here.end(on(user, "phone", "old"), "silent")
          there.say(on(user, "phone", "new"), "away")
          yield* becomes(here, user, "away")
          yield* becomes(there, user, "away")
          there.end(on(user, "phone", "new"), "silent")
          yield* becomes(here, user, "offline")
          yield* becomes(there, user, "offline")
        }),
    )
    promise("a gateway that dies takes its people with it, and who watches them is told", (here, _, user) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const dying = yield* Scope.provide(another, scope)
        dying.connect(on(user, "phone"))
        dying.say(on(user, "phone"), "online")
        yield* becomes(here, user, "online")
        let told = 0
        yield* here.watch(user, () => told++)
        yield* Scope.close(scope, Exit.void)
        yield* eventually(() => expect(told).toBe(1))
        const [one] = yield* here.of([user])
        expect(one).toMatchObject({ status: "offline", lastSeen: expect.any(Number) })
      }),
    )
  })
}
