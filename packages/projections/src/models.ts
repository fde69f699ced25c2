/** The services of the read models, over their hosts. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { EventStore, type Position } from "@parley/runtime/EventStore"
import type { FollowedLog } from "./Follower.ts"
import { History } from "./History.ts"
import { type OverviewAnswer, type PageAnswer, toMaterial, toOverview } from "./historyModel/answers.ts"
import { inThread, inWorker } from "./hosting/hostModel.ts"
import type { ModelHost, ModelStats } from "./hosting/ModelHost.ts"
import { Membership } from "./Membership.ts"
import type { Changes } from "./Model.ts"
import type { ModelName } from "./modelNamed.ts"
import { type Repair, RepairFeed } from "./RepairFeed.ts"

/** How far each model has come, for `/metrics` and `/readyz`. */
export class ModelsStats extends Context.Service<
  ModelsStats,
  { readonly read: () => Readonly<Record<ModelName, ModelStats>> }
>()("@parley/projections/ModelsStats") {}

type Hosted = History | Membership | RepairFeed | ModelsStats

/** `host` starts one model. Progress of the history model is the repair feed. */
const services = Effect.fnUntraced(function* <E, R>(
  host: (
    model: ModelName,
    onProgress: (position: Position, changes: Changes) => void,
  ) => Effect.Effect<ModelHost, E, R>,
) {
  const context = yield* Effect.context<never>()
  const listeners = new Set<(repair: Repair) => void>()
  const announce = (position: Position, changes: Changes): void => {
    for (const listener of listeners) {
      try {
        listener({ position, ...changes })
      } catch (defect) {
        // Loud, but not in the way of the other listeners.
        Effect.runForkWith(context)(Effect.logError("A listener of the repair feed failed", defect))
      }
    }
  }
  const [history, membership] = yield* Effect.all(
    [host("history", announce), host("membership", () => undefined)],
    { concurrency: "unbounded" },
  )
  return Context.make(History, {
    position: Effect.sync(() => history.position),
    caughtUp: history.caughtUp,
    view: (conversation, user) => history.ask("view", conversation, user),
    page: (conversation, user, page) =>
      Effect.map(history.ask<PageAnswer | undefined>("page", conversation, user, page), toMaterial),
    roster: (conversation, user, after, limit) => history.ask("roster", conversation, user, after, limit),
    overview: (user, conversations, page) =>
      Effect.map(history.ask<ReadonlyArray<OverviewAnswer>>("overview", user, conversations, page), (rows) =>
        rows.map(toOverview),
      ),
  }).pipe(
    Context.add(Membership, {
      position: Effect.sync(() => membership.position),
      caughtUp: membership.caughtUp,
      of: (user, removedAfter) => membership.ask("of", user, removedAfter),
    }),
    Context.add(RepairFeed, {
      subscribe: (receive) =>
        Effect.sync(() => {
          const own = (repair: Repair): void => receive(repair)
          listeners.add(own)
          return () => void listeners.delete(own)
        }),
    }),
    Context.add(ModelsStats, {
      read: () => ({ history: history.stats(), membership: membership.stats() }),
    }),
  )
})

/** A worker thread and a file for each model. */
export const layer = (options: {
  readonly log: string
  readonly fileOf: (model: ModelName) => string
}): Layer.Layer<Hosted, never, EventStore> =>
  Layer.effectContext(
    services((model, onProgress) =>
      inWorker({ model, file: options.fileOf(model), log: options.log }, onProgress),
    ),
  )

/** Everything in this thread and in memory, for tests. */
export const layerMemory = (
  logOf: (store: EventStore["Service"]) => FollowedLog,
): Layer.Layer<Hosted, never, EventStore> =>
  Layer.effectContext(
    Effect.flatMap(EventStore, (store) =>
      services((model, onProgress): Effect.Effect<ModelHost, never, EventStore | Scope.Scope> =>
        inThread(model, logOf(store), onProgress),
      ),
    ),
  )
