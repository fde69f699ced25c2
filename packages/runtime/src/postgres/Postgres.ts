/**
 * A Postgres database: a bounded pool of sessions in one schema, and how everything on it is asked.
 *
 * Always true: what was committed is on the disk (`fsync`, `synchronous_commit`). Whoever asks hears within `answerTimeout`, even if
 * the server hangs. No failure carries the URL, a parameter or a row. A session that died is replaced at the next question.
 * Not for: deciding who may write; that is the expected revision's and each adapter's compare-and-set.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { type PostgresFailure, PostgresUnavailable } from "../errors.ts"
import { type Patiently, patiently } from "../patience.ts"
import { type PostgresOptions, resolve } from "./connection.ts"
import { failureOf } from "./failures.ts"
import { migrate, type MigrationSet } from "./migrate.ts"
import { preflight } from "./preflight.ts"

/** Without `SqlError`, which never leaves this file. */
type Told<E> = Exclude<E, SqlError> | PostgresFailure

/** A rollback in a session that is gone dies of it; the transaction is gone as well, and waiting helps. */
const rolledBackByItself = <E>(cause: Cause.Cause<E>): SqlError | undefined => {
  if (Cause.hasInterrupts(cause)) return undefined
  return cause.reasons
    .filter(Cause.isDieReason)
    .map((reason) => reason.defect)
    .find(isSqlError)
}

/** An error of Postgres becomes one that says whether waiting helps; a statement that it does not take is a defect. */
const told = <A, E, R>(statements: Effect.Effect<A, E, R>): Effect.Effect<A, Told<E>, R> =>
  statements.pipe(
    Effect.catchCause((cause): Effect.Effect<never, E | SqlError> => {
      const lost = rolledBackByItself(cause)
      return lost === undefined ? Effect.failCause(cause) : Effect.fail(lost)
    }),
    Effect.catch((error): Effect.Effect<never, Told<E>> =>
      isSqlError(error) ? failureOf(error) : Effect.fail(error as Exclude<E, SqlError>),
    ),
  )

/** The statements were interrupted, and not by whoever asked: an interruption of his own is not seen where it is caught. */
const sessionClosed = new PostgresUnavailable({ reason: "The session was closed" })

/**
 * The answer, or after `within` that there is none. A session that hangs is given up in a fiber of `scope`: interrupting it waits for
 * the server, and nobody else should.
 */
const answered = <A, E, R>(
  statements: Effect.Effect<A, E, R>,
  within: Duration.Duration,
  scope: Scope.Scope,
): Effect.Effect<A, E | PostgresUnavailable, R> =>
  Effect.flatMap(Effect.forkIn(statements, scope, { startImmediately: true }), (fiber) =>
    Fiber.join(fiber).pipe(
      Effect.catchCause((cause): Effect.Effect<never, E | PostgresUnavailable> =>
        Cause.hasInterruptsOnly(cause) ? Effect.fail(sessionClosed) : Effect.failCause(cause),
      ),
      Effect.timeoutOrElse({
        duration: within,
        orElse: () =>
          Effect.fail(new PostgresUnavailable({ reason: `No answer within ${Duration.format(within)}` })),
      }),
      Effect.ensuring(
        Effect.suspend(() =>
          fiber.pollUnsafe() === undefined
            ? Effect.asVoid(Effect.forkIn(Fiber.interrupt(fiber), scope, { startImmediately: true }))
            : Effect.void,
        ),
      ),
    ),
  )

export class Postgres extends Context.Service<
  Postgres,
  {
    /** For writing statements, to be run by `ask` or `transaction`. Unqualified names are the schema's; `bigint` comes as a number. */
    readonly sql: PgClient.PgClient
    readonly schema: string
    /** Runs statements, each a transaction of its own. */
    readonly ask: <A, E, R>(statements: Effect.Effect<A, E, R>) => Effect.Effect<A, Told<E>, R>
    /** Runs statements in one transaction, in one session. A failure rolls back; durable when it succeeds; READ COMMITTED. */
    readonly transaction: <A, E, R>(statements: Effect.Effect<A, E, R>) => Effect.Effect<A, Told<E>, R>
    /** For whatever an adapter asks while it opens: asked again while the server is away, within `patienceAtStart`. */
    readonly patiently: Patiently
    /** Brings an adapter's tables forward, before it uses them; patiently. Costs one question when nothing is to be done. */
    readonly migrate: (set: MigrationSet) => Effect.Effect<void, PostgresFailure>
  }
>()("@parley/runtime/Postgres") {}

const make = Effect.fnUntraced(function* (options: PostgresOptions) {
  const resolved = yield* resolve(options)
  const patient = patiently("Postgres", options.patienceAtStart ?? "30 seconds")
  const synchronousCommit = yield* patient(told(preflight(resolved)))
  const scope = yield* Effect.scope
  const sql = yield* told(
    PgClient.make({
      ...resolved.config,
      startupParameters: { ...resolved.config.startupParameters, synchronous_commit: synchronousCommit },
      maxConnections: options.maxConnections ?? 10,
      idleTimeout: options.idleTimeout ?? "1 minute",
    }),
  )
  const ask: Postgres["Service"]["ask"] = (statements) =>
    answered(told(statements), resolved.answerTimeout, scope)
  return Postgres.of({
    sql,
    schema: resolved.schema,
    ask,
    transaction: (statements) => ask(sql.withTransaction(statements)),
    patiently: patient,
    migrate: (set) => patient(told(migrate(resolved, set))),
  })
})

/** Asks the server for its settings, as soon as it is there, and opens the pool. */
export const layer = (options: PostgresOptions): Layer.Layer<Postgres, PostgresFailure> =>
  Layer.effect(Postgres, make(options)).pipe(Layer.provide(Reactivity.layer))
