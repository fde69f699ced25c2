/** `Rebuilds`, over the slots of this process's models. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventStore } from "@parley/runtime/EventStore"
import type { ModelName } from "../modelNamed.ts"
import {
  ProjectionIsEffect,
  type RebuildProgress,
  RebuildRunning,
  type Rebuilds,
  UnknownProjection,
} from "../Rebuilds.ts"
import { Course } from "./Course.ts"
import { effectNames } from "./effectNames.ts"
import type { Hosting } from "./Hosting.ts"
import type { ModelSlot } from "./ModelSlot.ts"
import { type Hosted, rebuildModel } from "./rebuildModel.ts"

/** A model of this process. `hosted` changes with each rebuild. */
export interface Place {
  readonly slot: ModelSlot
  hosted: Hosted
}

/** Goes on with what was being built when the process ended. Rebuilds end with `scope`. */
export const makeRebuilds = Effect.fnUntraced(function* (
  hosting: Hosting,
  places: Readonly<Record<ModelName, Place>>,
  scope: Scope.Scope,
): Effect.fn.Return<Rebuilds["Service"], never, EventStore> {
  const store = yield* EventStore
  const courses = new Map<ModelName, Course>()
  const known = Object.keys(places)

  const named = (projection: string): Effect.Effect<ModelName, UnknownProjection | ProjectionIsEffect> => {
    if (effectNames.has(projection)) return Effect.fail(new ProjectionIsEffect({ projection }))
    return Object.hasOwn(places, projection)
      ? Effect.succeed(projection as ModelName)
      : Effect.fail(new UnknownProjection({ projection, known }))
  }

  const run = (model: ModelName, course: Course) =>
    Effect.gen(function* () {
      const place = places[model]
      place.hosted = yield* rebuildModel(hosting, place.slot, model, place.hosted, course, scope)
      course.done(place.slot.position)
      yield* Effect.logInfo(`The ${model} model was rebuilt`)
    }).pipe(
      Effect.catchTag("BuildFailed", ({ reason }) =>
        Effect.andThen(
          Effect.sync(() => course.failed(reason)),
          Effect.logError(`The ${model} model was not rebuilt`, reason),
        ),
      ),
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.sync(() => course.failed("see the server's log")),
          Effect.logError(`The ${model} model was not rebuilt`, defect),
        ),
      ),
      Effect.provideService(EventStore, store),
      Effect.forkIn(scope),
    )

  const begin = Effect.fnUntraced(function* (model: ModelName) {
    const course = new Course(model)
    courses.set(model, course)
    yield* run(model, course)
    return course
  })

  const report = (course: Course): Effect.Effect<RebuildProgress> =>
    store.headPosition.pipe(
      // A store that does not answer just now is no reason to say nothing.
      Effect.orElseSucceed(() => -1),
      Effect.map((head) => course.progress(head)),
    )

  for (const model of known as ReadonlyArray<ModelName>) {
    // Left behind when the process ended just after a switch.
    if (hosting.current(model) > 0) yield* hosting.remove(model, hosting.current(model) - 1)
    if (hosting.unfinished(model) !== undefined) yield* begin(model)
  }

  return {
    start: Effect.fn("Rebuilds.start")(function* (projection) {
      const model = yield* named(projection)
      if (courses.get(model)?.running) return yield* new RebuildRunning({ projection })
      return yield* Effect.flatMap(begin(model), report)
    }),
    progress: Effect.fn("Rebuilds.progress")(function* (projection) {
      const course = courses.get(yield* named(projection))
      return course === undefined ? undefined : yield* report(course)
    }),
  }
})
