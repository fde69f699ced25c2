/** Presence with its watches, in virtual time: the real table, rounds and rechecks; who may watch whom is set by the test. */
import { PresenceTable } from "@parley/runtime/presence/PresenceTable"
import { Unavailable } from "@parley/runtime/errors"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Sheddable } from "../../../src/limits/shedOrder.ts"
import { PresenceRounds } from "../../../src/stream/presence/PresenceRounds.ts"
import { Rechecks } from "../../../src/stream/presence/Rechecks.ts"
import { showing } from "../../../src/stream/presence/Showing.ts"
import { watch } from "../../../src/stream/presence/watchFrames.ts"
import { type Watcher, WatchList } from "../../../src/stream/presence/WatchList.ts"
import { type StreamCounters, streamCounters } from "../../../src/stream/StreamCounters.ts"
import type { TestWatcher } from "./TestWatcher.ts"

export const watching = Effect.fnUntraced(function* (most = 1_000) {
  const clock = yield* Clock.Clock
  const context = yield* Effect.context<never>()
  const fork = (effect: Effect.Effect<void>): void => void Effect.runForkWith(context)(effect)
  const now = () => clock.currentTimeMillisUnsafe()
  const table = new PresenceTable(now)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(250), Effect.sync(table.sweep))))
  const shed = new Set<Sheddable>()
  const denied = new Set<string>()
  const counters: StreamCounters = streamCounters()
  /** `whileReading`: happens between what was read and what is made of it. */
  const state = { failing: false, reads: 0, whileReading: (): void => undefined }
  const list = new WatchList(most)
  const show = showing(
    {
      of: (users) =>
        Effect.suspend(() => {
          state.reads++
          if (state.failing) return Effect.fail(new Unavailable({ reason: "planted" }))
          const read = table.of(users)
          state.whileReading()
          return Effect.succeed(read)
        }),
    },
    { privacy: () => Effect.succeed({ shareLastSeen: true, sendReadReceipts: true }) },
  )
  const rounds = new PresenceRounds({ showing: show, sheds: (what) => shed.has(what), counters, now, fork })
  const mayWatch = (watcher: string, users: ReadonlyArray<string>) =>
    Effect.suspend(() =>
      state.failing
        ? Effect.fail(new Unavailable({ reason: "planted" }))
        : Effect.succeed(new Set(users.filter((user) => !denied.has(`${watcher} ${user}`)))),
    )
  const rechecks = new Rechecks({ list, mayWatch, now, fork })
  const parts = {
    shown: true,
    list,
    rounds,
    mayWatch,
    showing: show,
    watch: (user: string, changed: () => void) => Effect.sync(() => table.watch(user, changed)),
  }
  return {
    table,
    list,
    rounds,
    rechecks,
    shed,
    denied,
    counters,
    state,
    now,
    /** As a `presence.watch` frame does. */
    watch: (watcher: TestWatcher, ...users: ReadonlyArray<string>) =>
      Effect.suspend(() => {
        const asked = list.ask(watcher, users)
        return typeof asked === "string" ? Effect.die(asked) : watch(parts, watcher, users, watcher.answered)
      }),
    gone: (watcher: Watcher) => {
      list.gone(watcher)
      rounds.gone(watcher)
    },
  }
})

export const on = (user: string, device = "phone") => ({ user, device, session: `ses-${user}-${device}` })
