/** The read models in SQLite: hosted in threads over files, or in this thread for tests. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import type * as Scope from "effect/Scope"
import { EventStore } from "@parley/runtime/EventStore"
import type { FollowedLog } from "./Follower.ts"
import type { ModelName } from "./modelNamed.ts"
import { makeFeeds, type ModelServices, servicesOver } from "./modelServices.ts"
import type { Hosting } from "./rebuild/Hosting.ts"
import { inMemory, inWorkers } from "./rebuild/hostings.ts"
import { ModelSlot } from "./rebuild/ModelSlot.ts"
import { hostFor } from "./rebuild/rebuildModel.ts"
import { makeRebuilds } from "./rebuild/rebuilds.ts"
import { Rebuilds } from "./Rebuilds.ts"

type Hosted = ModelServices | Rebuilds

const services = Effect.fnUntraced(function* (
  hosting: Hosting,
): Effect.fn.Return<Context.Context<Hosted>, never, EventStore | Scope.Scope> {
  const scope = yield* Effect.scope
  const feeds = yield* makeFeeds
  const place = Effect.fnUntraced(function* (model: ModelName) {
    const slot = new ModelSlot(feeds.progressed[model])
    const hosted = yield* hostFor(hosting, slot, model, hosting.current(model), scope)
    slot.take(hosted.host)
    return { slot, hosted }
  })
  const places = yield* Effect.all(
    {
      history: place("history"),
      membership: place("membership"),
      receipts: place("receipts"),
      directory: place("directory"),
    },
    { concurrency: "unbounded" },
  )
  const context = servicesOver(
    Record.map(places, ({ slot }) => slot),
    feeds,
  )
  return Context.add(context, Rebuilds, yield* makeRebuilds(hosting, places, scope))
})

/** A worker thread and a file for each model. */
export const layer = (options: {
  readonly log: string
  /** The model's first file; those of later rebuilds stand beside it. */
  readonly fileOf: (model: ModelName) => string
}): Layer.Layer<Hosted, never, EventStore> =>
  Layer.effectContext(Effect.suspend(() => services(inWorkers(options))))

/** Everything in this thread and in memory, for tests. */
export const layerMemory = (
  logOf: (store: EventStore["Service"]) => FollowedLog,
): Layer.Layer<Hosted, never, EventStore> =>
  Layer.effectContext(Effect.flatMap(EventStore, (store) => services(inMemory(logOf(store)))))
