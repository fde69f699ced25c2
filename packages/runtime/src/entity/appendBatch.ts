/**
 * The append of a decided batch, and what its end means for the loop.
 *
 * Always true: the store is asked again with the same ids and revision until the outcome is known or patience ends.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Append, EventStore, MessageKey } from "../EventStore.ts"
import { Unavailable } from "../errors.ts"

/** Until this much time has passed; then everybody waiting is told. */
export const patience = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")]).pipe(
  Schedule.upTo({ duration: "30 seconds" }),
)

export type BatchAppended =
  | { readonly _tag: "Appended"; readonly position: number }
  /** Another owner has written: the stream is to be read again. */
  | { readonly _tag: "Overtaken" }
  /** Lines of the key index that stand. */
  | { readonly _tag: "KeysTaken"; readonly taken: ReadonlyArray<MessageKey> }
  | { readonly _tag: "TooLarge" }

export const appendBatch = (
  store: EventStore["Service"],
  batch: Append,
): Effect.Effect<BatchAppended, Unavailable> => {
  const append = store.append(batch)
  return append.pipe(
    // The schedule is built for the rare append that needs it.
    Effect.catchTag("StoreUnavailable", () =>
      Effect.retry(append, {
        while: (failure) => failure._tag === "StoreUnavailable",
        schedule: patience,
      }),
    ),
    Effect.map(({ position }): BatchAppended => ({ _tag: "Appended", position })),
    Effect.catchTags({
      WrongExpectedRevision: () => Effect.succeed<BatchAppended>({ _tag: "Overtaken" }),
      KeysTaken: ({ taken }) => Effect.succeed<BatchAppended>({ _tag: "KeysTaken", taken }),
      AppendTooLarge: () => Effect.succeed<BatchAppended>({ _tag: "TooLarge" }),
      StoreUnavailable: ({ reason }) => Effect.fail(new Unavailable({ reason })),
      StreamDeleted: () => Effect.fail(new Unavailable({ reason: "the stream is closed for good" })),
    }),
  )
}
