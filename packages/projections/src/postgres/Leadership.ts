/**
 * Which node follows the log for everybody: the one that holds a lock of Postgres's, in a session of its own.
 *
 * Always true: it only saves work. A node that was paused may believe that it leads while another does: the checkpoint's
 * compare-and-set tells it otherwise, and it steps down. A leader that is silent for 15 s loses its session, and with it the lock.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import type { PostgresFailure } from "@parley/runtime/errors"
import type { Postgres } from "@parley/runtime/postgres/Postgres"

/** Of the models' followers among all advisory locks with two keys: the letters “prlm”. */
const lockClass = 0x70726c6d

const proofEvery = "5 seconds"
const silence = "15s"
const tryEvery = "1 second"

export interface Leadership {
  readonly leads: () => boolean
  /** Waits until this node leads. */
  readonly led: Effect.Effect<void>
  /** Somebody else leads as well: stands back, and tries again after a second. */
  readonly standBack: () => void
}

export const makeLeadership = Effect.fnUntraced(function* (
  postgres: Postgres["Service"],
  /** Of what: nodes of another release lead another. */
  of: string,
): Effect.fn.Return<Leadership, never, Scope.Scope> {
  const latch = yield* Latch.make(false)
  const backing = yield* Queue.sliding<void>(1)
  let leads = false

  const begin = Effect.suspend(() => {
    leads = true
    return latch.open
  })
  const end = Effect.suspend(() => {
    leads = false
    return latch.close
  })

  /** As long as the session lives and nobody asks to stand back. */
  const term: Effect.Effect<void, SqlError | PostgresFailure> = Effect.gen(function* () {
    const session = yield* postgres.sql.reserve
    const ask = (statement: string, parameters: ReadonlyArray<unknown> = []) =>
      postgres.ask(session.execute(statement, parameters, undefined))
    const [row] = yield* ask("SELECT pg_try_advisory_lock($1, hashtext($2)) AS got", [
      lockClass,
      `${postgres.schema}.${of}`,
    ])
    if (row["got"] !== true) return
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        end,
        Effect.ignore(
          Effect.andThen(ask("SELECT pg_advisory_unlock_all()"), ask("RESET idle_session_timeout")),
        ),
      ),
    )
    yield* ask(`SET idle_session_timeout = '${silence}'`)
    yield* begin
    while ((yield* Effect.timeoutOption(Queue.take(backing), proofEvery))._tag === "None")
      yield* ask("SELECT 1")
  }).pipe(Effect.scoped)

  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignoreCause(term), Effect.sleep(tryEvery))))
  return {
    leads: () => leads,
    led: latch.await,
    standBack: () => {
      if (!leads) return
      leads = false
      latch.closeUnsafe()
      Queue.offerUnsafe(backing, undefined)
    },
  }
})
