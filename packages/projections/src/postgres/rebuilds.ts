/**
 * `Rebuilds` over Postgres: a new generation of a model's tables is built from the log beside the current one, and takes its place once
 * it has come as far.
 *
 * Always true: one node builds a model at a time. The current generation is followed and asked until, in one transaction, the new one is
 * current; what is asked of the old one after that is asked of the new one. The builder rests twice as long as it works. Killed at any
 * time, the next process goes on with it.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type * as Scope from "effect/Scope"
import type { EventStore, Position } from "@parley/runtime/EventStore"
import type { PostgresFailure, StoreUnavailable } from "@parley/runtime/errors"
import type { Postgres } from "@parley/runtime/postgres/Postgres"
import type { ModelName } from "../modelNamed.ts"
import type { Course } from "../rebuild/Course.ts"
import type { BuildFailed } from "../rebuild/Hosting.ts"
import { type Rebuild, rebuildsBy } from "../rebuild/rebuilds.ts"
import type { Rebuilds } from "../Rebuilds.ts"
import { type Poisoned, step, type SteppedDown } from "./following.ts"
import { dropRetired, openGeneration, placeOf, takeOver } from "./generations.ts"
import { tell } from "./News.ts"
import { postgresModelNamed } from "./postgresModelNamed.ts"
import type { PostgresModel } from "./PostgresModel.ts"

/** Rest for each millisecond of work. */
const rest = 2
const troubleMs = 1_000
/** In a row. */
const maxTroubles = 60
/** Of builders among all advisory locks with two keys: the letters “prlb”. */
const lockClass = 0x70726c62

type Trouble = PostgresFailure | StoreUnavailable | SqlError
type Failure = BuildFailed | Poisoned | SteppedDown | Trouble

const buildFailed = (reason: string): BuildFailed => ({ _tag: "BuildFailed", reason })

const elsewhere = buildFailed("another node is building it")

/** Steps until the new generation is current, from where it stands. */
const build = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  postgres: Postgres["Service"],
  model: PostgresModel,
  course: Course,
  stepped: () => void,
): Effect.fn.Return<Position, SteppedDown | Poisoned | PostgresFailure | StoreUnavailable> {
  const wanted = { epoch: store.epoch, head: store.headPosition }
  let place = yield* postgres.transaction(openGeneration(postgres, model, "building", wanted))
  for (;;) {
    const started = performance.now()
    const next = yield* step(store, postgres, model, place)
    stepped()
    place = next.place
    course.moved(place.position, performance.now())
    if (!next.more && (yield* postgres.transaction(takeOver(postgres, model)))) return place.position
    yield* Effect.sleep(rest * (performance.now() - started))
  }
})

/** Whoever holds the session's lock builds. */
const alone = <A>(
  postgres: Postgres["Service"],
  model: PostgresModel,
  body: Effect.Effect<A, Failure>,
): Effect.Effect<A, Failure> =>
  Effect.gen(function* () {
    const session = yield* postgres.sql.reserve
    const lock = [lockClass, `${postgres.schema}.${model.definition.name}`]
    const ask = (statement: string) => postgres.ask(session.execute(statement, lock, undefined))
    const [row] = yield* ask("SELECT pg_try_advisory_lock($1, hashtext($2)) AS got")
    if (row["got"] !== true) return yield* Effect.fail(elsewhere)
    yield* Effect.addFinalizer(() => Effect.ignore(ask("SELECT pg_advisory_unlock($1, hashtext($2))")))
    return yield* body
  }).pipe(Effect.scoped)

const failedBy = (failure: Failure): BuildFailed => {
  if (failure._tag === "BuildFailed") return failure
  if (failure._tag === "SteppedDown") return elsewhere
  if (failure._tag === "SqlError") return buildFailed("Postgres does not answer")
  return buildFailed(failure.reason)
}

const passes = (failure: Failure): boolean =>
  failure._tag === "PostgresUnavailable" || failure._tag === "StoreUnavailable" || failure._tag === "SqlError"

const rebuildOf =
  (store: EventStore["Service"], postgres: Postgres["Service"]): Rebuild =>
  (name, course) => {
    const model = postgresModelNamed[name]
    let troubles = 0
    const stepped = (): void => {
      troubles = 0
    }
    const attempt: Effect.Effect<Position, Failure> = Effect.suspend(() =>
      alone(postgres, model, build(store, postgres, model, course, stepped)),
    ).pipe(
      Effect.catchIf(
        (failure) => passes(failure) && ++troubles <= maxTroubles,
        () => Effect.andThen(Effect.sleep(troubleMs), attempt),
      ),
    )
    return Effect.gen(function* () {
      const position = yield* attempt
      course.takesOver()
      yield* Effect.ignore(postgres.ask(tell(postgres, name, "moved")))
      // If not now, then after the next rebuild.
      yield* Effect.ignore(postgres.transaction(dropRetired(postgres, model)))
      return position
    }).pipe(Effect.mapError(failedBy))
  }

/** Goes on with what was being built when a process ended; another node may be at it. */
export const makeRebuilds = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  postgres: Postgres["Service"],
  names: ReadonlyArray<ModelName>,
): Effect.fn.Return<Rebuilds["Service"], PostgresFailure, Scope.Scope> {
  const scope = yield* Effect.scope
  const { begin, service } = yield* rebuildsBy(names, rebuildOf(store, postgres), store, scope)
  for (const name of names) {
    const place = placeOf(postgres.sql, postgresModelNamed[name], "building")
    const unfinished = yield* postgres.patiently(postgres.ask(place))
    if (unfinished !== undefined) yield* begin(name)
  }
  return service
})
