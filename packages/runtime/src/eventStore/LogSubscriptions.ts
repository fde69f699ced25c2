/**
 * Subscriptions over a log that can be read: catch up page by page, then wait for the next commit.
 *
 * Always true: a subscriber holds at most one page. A slow one lags behind in the log, where nothing is lost; it never makes anybody wait.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

const pageSize = 500

/** Wakes whoever waits for commits after a position. */
export class Commits {
  readonly #waiting = new Set<() => void>()
  readonly #callbacks = new Set<(position: number) => void>()
  #position: number

  constructor(position: number) {
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  /** Everything up to `position` is durable. */
  readonly advance = (position: number): void => {
    if (position <= this.#position) return
    this.#position = position
    for (const callback of this.#callbacks) callback(position)
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  readonly onCommitted = (callback: (position: number) => void) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        this.#callbacks.add(callback)
      }),
      () => Effect.sync(() => this.#callbacks.delete(callback)),
    )

  /** Returns once something after `position` is durable. */
  readonly after = (position: number): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      if (this.#position > position) {
        resume(Effect.void)
        return
      }
      const wake = (): void => resume(Effect.void)
      this.#waiting.add(wake)
      return Effect.sync(() => {
        this.#waiting.delete(wake)
      })
    })
}

/**
 * Pages from `start` on, for ever. `read` gives the items after a mark and the mark to go on from; an empty page waits for a commit
 * after the position that the log had before it was read.
 */
export const follow = <Item, E>(
  commits: Commits,
  start: number,
  read: (
    after: number,
    limit: number,
  ) => Effect.Effect<{ readonly items: ReadonlyArray<Item>; readonly next: number }, E>,
): Stream.Stream<Item, E> => {
  const page = (after: number): Effect.Effect<readonly [ReadonlyArray<Item>, Option.Option<number>], E> =>
    Effect.suspend(() => {
      const seen = commits.position
      return Effect.flatMap(read(after, pageSize), ({ items, next }) =>
        items.length > 0
          ? Effect.succeed([items, Option.some(next)] as const)
          : Effect.flatMap(commits.after(seen), () => page(next)),
      )
    })
  return Stream.paginate(start, page)
}
