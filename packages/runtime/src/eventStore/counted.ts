/**
 * The figures of a store that is elsewhere, counted where it is called.
 *
 * Always true: `alive` is what the last call found; where nobody calls, the log's end is asked for every two seconds. A commit is a
 * call, whatever the store makes of it, and takes as long as its answer.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "../EventStore.ts"
import { Histogram, latencyBounds, preciseNow, sizeBounds } from "../telemetry/Histogram.ts"
import { EventStoreStats } from "./EventStoreStats.ts"

const lookEvery = "2 seconds"

export const counted = <E, R>(
  store: Layer.Layer<EventStore, E, R>,
): Layer.Layer<EventStore | EventStoreStats, E, R> => Layer.effectContext(make).pipe(Layer.provide(store))

const make = Effect.gen(function* () {
  const store = yield* EventStore
  const histograms = {
    seconds: new Histogram(latencyBounds),
    appends: new Histogram(sizeBounds),
    events: new Histogram(sizeBounds),
  }
  const counts = { commits: 0, appends: 0, events: 0, waiting: 0, alive: true, histograms }
  const found = <A, E extends { readonly _tag: string }, R>(call: Effect.Effect<A, E, R>) =>
    call.pipe(
      Effect.tap(() => Effect.sync(() => (counts.alive = true))),
      Effect.tapError(({ _tag }) => Effect.sync(() => (counts.alive = _tag !== "StoreUnavailable"))),
    )
  const append: EventStore["Service"]["append"] = (wanted) =>
    Effect.suspend(() => {
      counts.waiting += 1
      const asked = preciseNow()
      return found(store.append(wanted)).pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            counts.commits += 1
            counts.appends += 1
            counts.events += wanted.events.length
            histograms.seconds.record((preciseNow() - asked) / 1_000)
            histograms.appends.record(1)
            histograms.events.record(wanted.events.length)
          }),
        ),
        Effect.ensuring(Effect.sync(() => (counts.waiting -= 1))),
      )
    })
  yield* Effect.forkScoped(
    Effect.forever(Effect.andThen(Effect.sleep(lookEvery), Effect.ignore(found(store.headPosition)))),
  )
  return Context.make(EventStore, { ...store, append }).pipe(
    Context.add(EventStoreStats, { read: () => counts }),
  )
})
