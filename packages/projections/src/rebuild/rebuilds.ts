/** `Rebuilds`, over what rebuilds one model: here, the slots of this process's models. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventStore, type Position } from "@parley/runtime/EventStore"
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
import type { BuildFailed, Hosting } from "./Hosting.ts"
import type { ModelSlot } from "./ModelSlot.ts"
import { type Hosted, rebuildModel } from "./rebuildModel.ts"

/** How far a rebuild has come is told to `course`. Returns where the new model stands. */
export type Rebuild = (model: ModelName, course: Course) => Effect.Effect<Position, BuildFailed>

/** `begin` starts one without being asked for by name. Rebuilds end with `scope`. */
export const rebuildsBy = Effect.fnUntraced(function* (
  names: ReadonlyArray<ModelName>,
  rebuild: Rebuild,
  store: EventStore["Service"],
  scope: Scope.Scope,
): Effect.fn.Return<{
  readonly begin: (model: ModelName) => Effect.Effect<Course>
  readonly service: Rebuilds["Service"]
}> {
  // Its maker's, not that of whoever asks: a rebuild outlives him.
  const context = yield* Effect.context<never>()
  const courses = new Map<ModelName, Course>()

  const named = (projection: string): Effect.Effect<ModelName, UnknownProjection | ProjectionIsEffect> => {
    if (effectNames.has(projection)) return Effect.fail(new ProjectionIsEffect({ projection }))
    const found = names.find((name) => name === projection)
    return found === undefined
      ? Effect.fail(new UnknownProjection({ projection, known: names }))
      : Effect.succeed(found)
  }

  const run = (model: ModelName, course: Course) =>
    Effect.gen(function* () {
      course.done(yield* rebuild(model, course))
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
      Effect.provideContext(context),
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

  const service: Rebuilds["Service"] = {
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
  return { begin, service }
})

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
  const rebuild: Rebuild = (model, course) =>
    Effect.gen(function* () {
      const place = places[model]
      place.hosted = yield* rebuildModel(hosting, place.slot, model, place.hosted, course, scope)
      return place.slot.position
    }).pipe(Effect.provideService(EventStore, store))
  const names = Object.keys(places) as ReadonlyArray<ModelName>
  const { begin, service } = yield* rebuildsBy(names, rebuild, store, scope)
  for (const model of names) {
    // Left behind when the process ended just after a switch.
    if (hosting.current(model) > 0) yield* hosting.remove(model, hosting.current(model) - 1)
    if (hosting.unfinished(model) !== undefined) yield* begin(model)
  }
  return service
})
