/**
 * Moves the log index along the log, and lets others wait until it has come far enough.
 *
 * Always true: every line of every event up to the index's position is in it: a page is applied where the index stands, or not at all.
 * Of several processes that do this for one index, one at a time gets on; the others look again after a while. An event that cannot be
 * read stops it, and whoever waits is told, because a line that is missing would let a message in twice.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
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
/** Commits of so many milliseconds go into the index together, unless somebody waits for one: a transaction costs more than its lines. */
const gatherMs = 500
const firstPause = 50
const longestPause = 5_000
/** How often one who waits asks the index itself, in milliseconds: another process may move it. */
const askEvery = 20
/** How often one who leaves it to others looks how far they are, in milliseconds. */
const lookEvery = 1_000

export interface Following {
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
  /**
   * `"steadily"`: whatever is committed. `"onDemand"`: what somebody here waits for, and what others leave undone; it is for who appends and looks up but is
   * sent no events. `"never"`: for who does neither.
   */
  readonly applies: "steadily" | "onDemand" | "never"
}

/** `reached`: waits until every line up to the position is in the index, `StoreUnavailable` when that takes too long. */
export interface LogIndexFollower {
  readonly reached: (position: Position) => Effect.Effect<void, StoreUnavailable>
  /** Up to where the index is known to be complete; it may be further. */
  readonly known: () => Position
}

class Progress {
  known: Position = -1
  /** The event that cannot be read here, which the index has not passed. */
  unreadable: Position | undefined
  /** The last step got on, so the index most likely stands where it left it. */
  alone = false
  #moved = Deferred.makeUnsafe<void>()
  #awaited: Position = -1
  readonly #hurry = Latch.makeUnsafe(false)

  moved(position: Position): void {
    if (position <= this.known) return
    this.known = position
    if (this.#awaited <= position) this.#hurry.closeUnsafe()
    if (this.unreadable !== undefined && this.unreadable <= position) this.unreadable = undefined
    this.#wake()
  }

  /** True when it has not been said yet. */
  stopBefore(position: Position): boolean {
    const news = this.unreadable !== position
    this.unreadable = position
    this.alone = false
    this.#wake()
    return news
  }

  get next(): Effect.Effect<void> {
    return Deferred.await(this.#moved)
  }

  /** Somebody waits for it to come so far. */
  awaited(position: Position): void {
    this.#awaited = Math.max(this.#awaited, position)
    this.#hurry.openUnsafe()
  }

  /** Until then, or until somebody waits. */
  atLeisure(ms: number): Effect.Effect<unknown> {
    return Effect.timeoutOption(this.#hurry.await, ms)
  }

  get isAwaited(): boolean {
    return this.#awaited > this.known
  }

  #wake(): void {
    const moved = this.#moved
    this.#moved = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(moved, Effect.void)
  }
}

interface Unreadable {
  readonly _tag: "Unreadable"
  readonly position: Position
}

/** The lines of the events up to the first that cannot be read. */
const linesOfPage = (
  { linesOf }: LogLines,
  events: ReadonlyArray<RecordedEvent>,
): { readonly lines: ReadonlyArray<StreamLines>; readonly read: number } => {
  const lines: Array<StreamLines> = []
  for (const [read, event] of events.entries())
    try {
      const { keys, marks } = linesOf(event)
      if (keys.length > 0 || marks.length > 0) lines.push({ stream: event.stream, keys, marks })
    } catch {
      return { lines, read }
    }
  return { lines, read: events.length }
}

const halfAtLeast = (longest: number): number => longest / 2 + (Math.random() * longest) / 2

/** One page, from where the index stands. False: nothing is left to do for now. */
const step = Effect.fnUntraced(function* (
  { index, epoch, lines: implied, scan }: Following,
  progress: Progress,
): Effect.fn.Return<boolean, Unreadable | StoreUnavailable> {
  if (!progress.alone) progress.moved(yield* index.position(epoch))
  const after = progress.known
  const { events, scanned, atEnd } = yield* scan(after, pageSize, implied.prefixes)
  const { lines, read } = linesOfPage(implied, events)
  const unreadable = events[read]
  const to = unreadable === undefined ? scanned : (events[read - 1]?.position ?? after)
  if (to > after) {
    progress.alone = false
    if (!(yield* index.apply({ epoch, after, to, lines }))) {
      yield* progress.isAwaited ? Effect.sleep(askEvery) : progress.atLeisure(halfAtLeast(standBy))
      return true
    }
    progress.alone = true
    progress.moved(to)
  }
  if (unreadable !== undefined)
    return yield* Effect.fail<Unreadable>({ _tag: "Unreadable", position: unreadable.position })
  return !atEnd
})

const cannotRead = (position: Position): string =>
  `the event at ${position} cannot be read here, so the log index stays before it`

/** For ever, with a pause after each failure that grows as long as they go on. */
const roundAfterRound = (
  round: Effect.Effect<unknown, Unreadable | StoreUnavailable>,
  progress: Progress,
): Effect.Effect<never> => {
  let pause = firstPause
  const settled = Effect.matchEffect(round, {
    onSuccess: () => Effect.sync(() => (pause = firstPause)),
    onFailure: (failure) => {
      const stopped = failure._tag === "Unreadable" && progress.stopBefore(failure.position)
      const now = failure._tag === "Unreadable" ? longestPause : pause
      pause = Math.min(pause * 2, longestPause)
      return Effect.andThen(
        stopped ? Effect.logError(cannotRead(failure.position)) : Effect.void,
        Effect.sleep(halfAtLeast(now)),
      )
    },
  })
  return Effect.forever(settled)
}

const steadily = (following: Following, progress: Progress): Effect.Effect<never> =>
  roundAfterRound(
    Effect.flatMap(step(following, progress), (more) =>
      more ? Effect.void : Effect.andThen(following.watch.next, progress.atLeisure(gatherMs)),
    ),
    progress,
  )

/**
 * Looks how far others are. Applies while somebody here waits, and when the index has stood still since the last look: if the log went on,
 * nobody else does it.
 */
const onDemand = (following: Following, progress: Progress): Effect.Effect<never> => {
  let stood: Position | undefined
  const round = Effect.gen(function* () {
    yield* progress.atLeisure(lookEvery)
    if (!progress.isAwaited) {
      progress.moved(yield* following.index.position(following.epoch))
      const moved = stood !== progress.known
      stood = progress.known
      if (moved) return
    }
    const { known } = progress
    while (yield* step(following, progress));
    stood = progress.known
    // Nothing was left to do here, and what is missing may be on its way.
    if (progress.known === known && progress.isAwaited) yield* Effect.sleep(askEvery)
  })
  return roundAfterRound(round, progress)
}

/** Follows until the scope ends. */
export const followWithIndex = Effect.fnUntraced(function* (
  following: Following,
): Effect.fn.Return<LogIndexFollower, never, Scope.Scope> {
  const { index, epoch, patience, applies } = following
  const progress = new Progress()
  if (applies === "steadily") yield* Effect.forkScoped(steadily(following, progress))
  if (applies === "onDemand") yield* Effect.forkScoped(onDemand(following, progress))

  const waitFor = Effect.fnUntraced(function* (position: Position): Effect.fn.Return<void, StoreUnavailable> {
    progress.awaited(position)
    while (progress.known < position) {
      const moved = yield* Effect.timeoutOption(progress.next, askEvery)
      if (moved._tag === "None") progress.moved(yield* index.position(epoch))
      const { unreadable } = progress
      if (unreadable !== undefined && unreadable <= position)
        return yield* new StoreUnavailable({ reason: cannotRead(unreadable) })
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
