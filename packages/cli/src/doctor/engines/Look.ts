/**
 * What was seen of an engine, or why nothing was.
 *
 * Always true: a look ends in time. What hangs is left to itself: waiting until it has been given up would be waiting for it.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { said } from "../../CommandFailed.ts"

export interface Blind {
  readonly _tag: "Blind"
  /** One sentence. */
  readonly detail: string
  readonly remedy: string
}

export type Look<A> = { readonly _tag: "Seen"; readonly seen: A } | Blind

export const blind = (detail: string, remedy: string): Blind => ({ _tag: "Blind", detail, remedy })

/** All that is asked of one engine, the dialling included. */
const lookMs = 8_000

export const look = <A, E>(
  looking: Effect.Effect<A, E>,
  whyNot: (failure: E) => Blind,
  withinMs = lookMs,
): Effect.Effect<Look<A>> =>
  Effect.flatMap(Effect.forkDetach(looking, { startImmediately: true }), (fiber) =>
    Fiber.join(fiber).pipe(
      Effect.map((seen): Look<A> => ({ _tag: "Seen", seen })),
      Effect.catch((failure) => Effect.succeed<Look<A>>(whyNot(failure))),
      Effect.catchDefect((cause) =>
        Effect.succeed<Look<A>>(
          blind(`It cannot be examined: ${said(cause)}.`, "Tell us: this is a defect."),
        ),
      ),
      Effect.timeoutOrElse({
        duration: withinMs,
        orElse: () =>
          Effect.succeed<Look<A>>(
            blind(
              `No answer within ${withinMs / 1_000} s.`,
              "See whether it hangs, or something on the way.",
            ),
          ),
      }),
    ),
  )

/** Another clock, read between two looks at our own; milliseconds since 1970. */
export interface ClockRead {
  readonly remote: number
  readonly before: number
  readonly after: number
}
