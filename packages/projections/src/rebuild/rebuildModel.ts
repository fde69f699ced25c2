/**
 * One rebuild, from nothing (or from where a killed one stopped) to the switch:
 *
 *   build a new file beside the running one ─► host it ─► each as far as it must be? ─► settle ─► take its place ─► the old one ends
 *
 * Always true: somebody answers all the time, and until the switch that is the old model, whatever becomes of the new one.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { EventStore } from "@parley/runtime/EventStore"
import type { ModelHost } from "../hosting/ModelHost.ts"
import type { ModelName } from "../modelNamed.ts"
import type { Course } from "./Course.ts"
import type { BuildFailed, Hosting } from "./Hosting.ts"
import type { ModelSlot } from "./ModelSlot.ts"

/** Whoever asked the old model before the switch is answered within this time, or never. */
const drainMs = 6_000
const drainStepMs = 100
/** Who waits for the old model to come somewhere waits no longer than this. */
const waitersMs = 1_200

/** A host, and how to end it. */
export interface Hosted {
  readonly host: ModelHost
  readonly scope: Scope.Closeable
}

/** Starts a host for a slot. */
export const hostFor = Effect.fnUntraced(function* (
  hosting: Hosting,
  slot: ModelSlot,
  model: ModelName,
  generation: number,
  parent: Scope.Scope,
): Effect.fn.Return<Hosted, never, EventStore> {
  const scope = yield* Scope.fork(parent)
  let host: ModelHost | undefined
  const progress = slot.progressOf(() => host)
  host = yield* hosting.host(model, generation, progress).pipe(Scope.provide(scope))
  return { host, scope }
})

/** Returns once nothing is lacking for the new model to take the place, or was not just now. */
const asFar = Effect.fnUntraced(function* (
  slot: ModelSlot,
  next: ModelHost,
): Effect.fn.Return<void, BuildFailed> {
  for (let lacking = slot.lacking(next); lacking !== undefined; lacking = slot.lacking(next)) {
    const { stopped } = next.stats()
    if (stopped !== undefined)
      return yield* Effect.fail<BuildFailed>({ _tag: "BuildFailed", reason: stopped })
    // Both move on meanwhile; not there within a second is no failure.
    yield* Effect.ignore(lacking.behind.caughtUp(lacking.position))
  }
})

const takeOver = Effect.fnUntraced(function* (
  slot: ModelSlot,
  next: ModelHost,
  settle: Effect.Effect<void>,
): Effect.fn.Return<void, BuildFailed> {
  yield* asFar(slot, next)
  yield* settle
  while (slot.take(next) === false) yield* asFar(slot, next)
})

const drained = Effect.fnUntraced(function* (old: ModelHost) {
  for (let waited = 0; waited < drainMs; waited += drainStepMs) {
    if (waited >= waitersMs && old.stats().waiting === 0) return
    yield* Effect.sleep(drainStepMs)
  }
})

/** Returns the new host, whose scope is a child of `parent`. The old one's is closed. */
export const rebuildModel = Effect.fnUntraced(function* (
  hosting: Hosting,
  slot: ModelSlot,
  model: ModelName,
  old: Hosted,
  course: Course,
  parent: Scope.Scope,
): Effect.fn.Return<Hosted, BuildFailed, EventStore> {
  const before = hosting.current(model)
  const generation = before + 1
  yield* hosting.build(model, generation, (position) => course.moved(position, performance.now()))
  course.takesOver()
  const next = yield* hostFor(hosting, slot, model, generation, parent)
  yield* takeOver(slot, next.host, hosting.settle(model, generation)).pipe(
    Effect.onExit((exit) =>
      Exit.isSuccess(exit)
        ? Effect.void
        : Effect.andThen(Effect.sync(slot.forget), Scope.close(next.scope, Exit.void)),
    ),
  )
  yield* drained(old.host)
  yield* Scope.close(old.scope, Exit.void)
  yield* hosting.remove(model, before)
  return next
})
