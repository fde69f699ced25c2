/**
 * Whether the models still say what the log says: all the time a sample is counted again, and compared.
 *
 * Always true: a drift is a defect of ours, never repaired by itself: it is counted, logged with its place, and a rebuild makes it good.
 * One sample every five seconds, a few queries and two short reads of the log each.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { EventStore } from "@parley/runtime/EventStore"
import {
  type Comparison,
  compareHistory,
  compareMembership,
  compareReceipts,
  type Models,
} from "./drift/samples.ts"
import { History } from "./History.ts"
import { Membership } from "./Membership.ts"
import { Receipts } from "./Receipts.ts"

const interval = "5 seconds"

type Sampled = "history" | "membership" | "receipts"

/** Since the start of the process. */
export interface DriftCount {
  readonly samples: number
  readonly drifts: number
}

export class Drift extends Context.Service<
  Drift,
  {
    readonly read: () => Readonly<Record<Sampled, DriftCount>>
    /** Compares once, now. What cannot be compared just now is not counted. */
    readonly sample: Effect.Effect<void>
  }
>()("@parley/projections/Drift") {}

const make = Effect.gen(function* () {
  const models: Models = {
    store: yield* EventStore,
    history: yield* History,
    membership: yield* Membership,
    receipts: yield* Receipts,
  }
  const counts: Record<Sampled, DriftCount> = {
    history: { samples: 0, drifts: 0 },
    membership: { samples: 0, drifts: 0 },
    receipts: { samples: 0, drifts: 0 },
  }
  const judge = Effect.fnUntraced(function* (
    projection: Sampled,
    about: { readonly conversation: string; readonly user: string },
    comparison: Comparison,
  ) {
    if (comparison === undefined) return
    const { samples, drifts } = counts[projection]
    const differs = comparison.differs !== undefined
    counts[projection] = { samples: samples + 1, drifts: drifts + (differs ? 1 : 0) }
    if (differs)
      yield* Effect.annotateLogs(Effect.logError("A read model says something else than the log"), {
        projection,
        ...about,
        differs: comparison.differs,
      })
  })
  const sample = Effect.gen(function* () {
    const [where, who, marker] = [yield* Random.next, yield* Random.next, yield* Random.next]
    const about = yield* models.history.sample([where, who])
    if (about === undefined) return
    yield* judge("history", about, yield* compareHistory(models, about, marker))
    yield* judge("membership", about, yield* compareMembership(models, about))
    yield* judge("receipts", about, yield* compareReceipts(models, about))
    // A model or store that does not answer, and an event that cannot be read, are told elsewhere.
  }).pipe(Effect.catchCause(() => Effect.void))
  return { read: () => counts, sample }
})

/** Compares as long as its scope lives. */
export const layer: Layer.Layer<Drift, never, EventStore | History | Membership | Receipts> = Layer.effect(
  Drift,
  Effect.gen(function* () {
    const drift = yield* make
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(interval), drift.sample)))
    return drift
  }),
)
