/**
 * Moves the log index along the log, and lets others wait until it has come far enough.
 *
 * Always true: every line of every event up to the index's position is in it: a page is applied where the index stands, or not at all.
 * Of several processes that do this for one index, one at a time gets on; the others look again after a while. An event that cannot be
 * read stops it, and whoever waits is told, because a line that is missing would let a message in twice.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { StoreUnavailable } from "../errors.ts"
import type { Position, RecordedEvent } from "../EventStore.ts"
import type { Watch } from "../eventStore/CommitSignal.ts"
import type { Scan } from "../eventStore/subscriptions.ts"
import type { LogIndex, StreamLines } from "../LogIndex.ts"
import type { LogLines } from "./LogLines.ts"

const pageSize = 512
/** How long somebody else is left to it, in milliseconds; half of it at least. */
const standBy = 500
const firstPause = 50
const longestPause = 5_000
/** How often one who waits asks the index itself, in milliseconds: another process may move it. */
const askEvery = 20

interface Following {
  readonly index: LogIndex["Service"]
  readonly epoch: string
  readonly lines: LogLines
  /** The page after a position (exclusive). */
  readonly scan: (
    after: Position,
    limit: number,
    prefixes: ReadonlyArray<string>,
  ) => Effect.Effect<Scan, StoreUnavailable>
  /** News of the log. */
  readonly watch: Watch
  /** How long one waits for the index, in milliseconds. */
  readonly patience: number
}

/** `reached`: waits until every line up to the position is in the index, `StoreUnavailable` when that takes too long. */
export interface LogIndexFollower {
  readonly reached: (position: Position) => Effect.Effect<void, StoreUnavailable>
  /** Up to where the index is known to be complete; it may be further. */
  readonly known: () => Position
}

class Progress {
  known: Position = -1
  /** The last step got on, so the index most likely stands where it left it. */
  alone = false
  stopped: string | undefined
  #moved = Deferred.makeUnsafe<void>()

  moved(position: Position): void {
    if (position <= this.known) return
    this.known = position
    this.#wake()
  }

  stop(reason: string): void {
    this.stopped = reason
    this.#wake()
  }

  get next(): Effect.Effect<void> {
    return Deferred.await(this.#moved)
  }

  #wake(): void {
    const moved = this.#moved
    this.#moved = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(moved, Effect.void)
  }
}

const linesOfPage = (
  { linesOf }: LogLines,
  events: ReadonlyArray<RecordedEvent>,
): Effect.Effect<ReadonlyArray<StreamLines>, RecordedEvent> =>
  Effect.forEach(events, (event) =>
    Effect.mapError(
      Effect.try(() => ({ stream: event.stream, ...linesOf(event) })),
      () => event,
    ),
  ).pipe(Effect.map((lines) => lines.filter(({ keys, marks }) => keys.length > 0 || marks.length > 0)))

const pauseOf = (longest: number): Effect.Effect<void> =>
  Effect.sleep(longest / 2 + (Math.random() * longest) / 2)

/** One page, from where the index stands. False: nothing is left to do for now. */
const step = Effect.fnUntraced(function* (following: Following, progress: Progress) {
  const { index, epoch, lines, scan } = following
  if (!progress.alone) progress.moved(yield* index.position(epoch))
  const after = progress.known
  const { events, scanned, atEnd } = yield* scan(after, pageSize, lines.prefixes)
  if (scanned === after) return !atEnd
  const batch = { epoch, after, to: scanned, lines: yield* linesOfPage(lines, events) }
  progress.alone = false
  if (!(yield* index.apply(batch))) {
    yield* pauseOf(standBy)
    return true
  }
  progress.alone = true
  progress.moved(scanned)
  return !atEnd
})

const follow = (following: Following, progress: Progress): Effect.Effect<never, RecordedEvent> => {
  let pause = firstPause
  const round = step(following, progress).pipe(
    Effect.flatMap((more) => {
      pause = firstPause
      return more ? Effect.void : following.watch.next
    }),
    Effect.catchTag("StoreUnavailable", () => {
      const now = pause
      pause = Math.min(pause * 2, longestPause)
      return pauseOf(now)
    }),
  )
  return Effect.forever(round)
}

/** Follows until the scope ends. */
export const followWithIndex = Effect.fnUntraced(function* (
  following: Following,
): Effect.fn.Return<LogIndexFollower, never, Scope.Scope> {
  const { index, epoch, patience } = following
  const progress = new Progress()
  yield* follow(following, progress).pipe(
    Effect.catch((event) => {
      const reason = `the event at ${event.position} cannot be read, so the log index stays before it`
      progress.stop(reason)
      return Effect.logError(reason)
    }),
    Effect.forkScoped,
  )

  const waitFor = Effect.fnUntraced(function* (position: Position): Effect.fn.Return<void, StoreUnavailable> {
    while (progress.known < position) {
      if (progress.stopped !== undefined) return yield* new StoreUnavailable({ reason: progress.stopped })
      const moved = yield* Effect.timeoutOption(progress.next, askEvery)
      if (moved._tag === "None") progress.moved(yield* index.position(epoch))
    }
  })

  return {
    known: () => progress.known,
    reached: (position) =>
      Effect.suspend(() =>
        position <= progress.known
          ? Effect.void
          : Effect.timeoutOrElse(waitFor(position), {
              duration: patience,
              orElse: () => Effect.fail(new StoreUnavailable({ reason: "the log index is behind the log" })),
            }),
      ),
  }
})
