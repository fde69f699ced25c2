/** The law of presence: once nothing changes and there is room, everybody who watches was last told what is. */
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { toWire } from "@parley/domain/Timestamp"
import { on, watching } from "./watching.ts"
import { TestWatcher } from "./TestWatcher.ts"

const users = ["ben", "cleo", "dan"] as const
const user = fc.constantFrom(...users)
const device = fc.constantFrom("phone", "laptop")
const watcher = fc.integer({ min: 0, max: 2 })

const step = fc.oneof(
  fc.record({ does: fc.constant("connect" as const), user, device }),
  fc.record({
    does: fc.constant("say" as const),
    user,
    device,
    status: fc.constantFrom("online" as const, "away" as const),
  }),
  fc.record({
    does: fc.constant("end" as const),
    user,
    device,
    how: fc.constantFrom("closed" as const, "cut" as const, "silent" as const),
  }),
  fc.record({ does: fc.constant("watch" as const), user, watcher }),
  fc.record({ does: fc.constant("unwatch" as const), user, watcher }),
  fc.record({ does: fc.constant("room" as const), watcher, room: fc.boolean() }),
  fc.record({ does: fc.constant("shed" as const), shed: fc.boolean() }),
  fc.record({ does: fc.constant("fail" as const), failing: fc.boolean() }),
  fc.record({ does: fc.constant("slip" as const), user, device }),
  fc.record({ does: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 7_000 }) }),
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

const play = (steps: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const { list, rounds, shed, state, table, watch } = yield* watching()
    const watchers = [new TestWatcher("ann"), new TestWatcher("ann"), new TestWatcher("eve")]
    for (const one of watchers) yield* watch(one, ...users)
    for (const one of steps) {
      if (one.does === "connect") table.connect(on(one.user, one.device))
      else if (one.does === "say") table.say(on(one.user, one.device), one.status)
      else if (one.does === "end") table.end(on(one.user, one.device), one.how)
      // Comes and speaks while the next read is on its way.
      else if (one.does === "slip")
        state.whileReading = () => {
          state.whileReading = () => undefined
          table.connect(on(one.user, one.device))
          table.say(on(one.user, one.device), "online")
        }
      else if (one.does === "room") watchers[one.watcher]!.room = one.room
      else if (one.does === "fail") state.failing = one.failing
      else if (one.does === "unwatch") list.drop(watchers[one.watcher]!, one.user)
      else if (one.does === "wait") yield* TestClock.adjust(one.ms)
      else if (one.does === "shed") shed[one.shed ? "add" : "delete"]("presence")
      else if (!state.failing) yield* watch(watchers[one.watcher]!, one.user)
    }
    shed.clear()
    state.whileReading = () => undefined
    state.failing = false
    for (const one of watchers) one.room = true
    yield* TestClock.adjust("15 seconds")
    for (const one of watchers)
      for (const name of list.of(one)) {
        const [now] = table.of([name])
        expect(one.last.get(name)).toEqual({
          user_id: name,
          status: now!.status,
          ...(now!.lastSeen === undefined ? {} : { last_seen: toWire(now!.lastSeen) }),
        })
      }
    expect([rounds.pending, rounds.owed]).toEqual([0, 0])
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))

it("after quiet everybody who watches was last told what is, whatever came, was slow, was shed or failed before", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), (steps) =>
      Effect.runPromise(play(steps)),
    ),
    { numRuns: 100 },
  )
})
