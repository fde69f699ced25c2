/**
 * The presence of one process.
 *
 * Always true: `of` is right at every moment, whatever the timer did; the timer tells watchers of those whose time ran out, up to a
 * quarter of a second late.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Presence } from "../Presence.ts"
import { PresenceTable } from "./PresenceTable.ts"

const SWEEP_EVERY = "250 millis"

/** @param now a clock of one's own, for tests. */
export const layerAt = (now: (() => number) | undefined): Layer.Layer<Presence> =>
  Layer.effect(
    Presence,
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const table = new PresenceTable(now ?? (() => clock.currentTimeMillisUnsafe()))
      yield* Effect.forkScoped(
        Effect.forever(Effect.andThen(Effect.sleep(SWEEP_EVERY), Effect.sync(table.sweep))),
      )
      return {
        connect: table.connect,
        say: table.say,
        beat: table.beat,
        end: table.end,
        of: (users) => Effect.sync(() => table.of(users)),
        foreground: (user) => Effect.sync(() => table.foreground(user)),
        connected: (user) =>
          Effect.sync(() => table.devicesOf(user).flatMap(({ ended, name }) => (ended ? [] : [name]))),
        watch: (user, changed) => Effect.sync(() => table.watch(user, changed)),
      }
    }),
  )

export const layer: Layer.Layer<Presence> = layerAt(undefined)
