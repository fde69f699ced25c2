/**
 * How long a process that opens waits for an engine that is away: one that starts at the same time, or is being replaced.
 *
 * Always true: only what waiting helps is asked again, after growing pauses, and in the end its failure is the answer. The log says
 * what is waited for once for each time that it is away, however many ask meanwhile.
 * Not for: a process at work. It answers that it is unavailable, and whoever asked comes again.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** From 50 ms to 2 s, for so long. What is asked last may take its own time on top. */
export const untilBack = (within: Duration.Input) =>
  Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("2 seconds")]).pipe(
    Schedule.upTo({ duration: within }),
  )

interface Away {
  readonly _tag: "PostgresUnavailable" | "StoreUnavailable"
  readonly reason: string
}

const isAway = (failure: unknown): failure is Away =>
  typeof failure === "object" &&
  failure !== null &&
  "_tag" in failure &&
  (failure._tag === "PostgresUnavailable" || failure._tag === "StoreUnavailable")

export type Patiently = <A, E, R>(asking: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * @param what in the log: its name, and no more of its address than everybody may read.
 * @param within 0: nothing is waited for, and nothing said.
 */
export const patiently = (what: string, within: Duration.Input): Patiently => {
  if (Duration.toMillis(Duration.fromInputUnsafe(within)) === 0) return (asking) => asking
  let waiting = 0
  return (asking) =>
    Effect.suspend(() => {
      let isWaiting = false
      const say = (failure: unknown): Effect.Effect<void> =>
        Effect.suspend(() => {
          if (isWaiting || !isAway(failure)) return Effect.void
          isWaiting = true
          if (waiting++ > 0) return Effect.void
          const atMost = Duration.format(Duration.fromInputUnsafe(within))
          return Effect.annotateLogs(Effect.logWarning(`waiting for ${what}, ${atMost} at most`), {
            reason: failure.reason,
          })
        })
      return asking.pipe(
        Effect.tapError(say),
        Effect.retry({ while: isAway, schedule: untilBack(within) }),
        Effect.ensuring(
          Effect.sync(() => {
            if (isWaiting) waiting -= 1
          }),
        ),
      )
    })
}
