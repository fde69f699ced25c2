/**
 * Tells whoever follows a store inside this process that there is something new.
 *
 * Always true: it carries no events. A watcher that is told reads the log, so one that lags loses nothing and holds nothing up.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { StoreUnavailable } from "../errors.ts"
import type { Position } from "../EventStore.ts"

/** Remembers one bit: something happened since the last look. */
export class Watch {
  #news = true
  #lost: string | undefined
  #resume: ((news: Effect.Effect<void, StoreUnavailable>) => void) | undefined

  constructor(lost: string | undefined) {
    this.#lost = lost
  }

  /** Waits for news and takes them: look after it, and nothing is missed. Starts with news. */
  readonly next: Effect.Effect<void, StoreUnavailable> = Effect.callback<void, StoreUnavailable>((resume) => {
    this.#resume = resume
    this.#settle()
    return Effect.sync(() => {
      this.#resume = undefined
    })
  })

  notify(): void {
    this.#news = true
    this.#settle()
  }

  lose(reason: string): void {
    this.#lost = reason
    this.#settle()
  }

  #settle(): void {
    const resume = this.#resume
    if (resume === undefined) return
    if (this.#lost !== undefined) {
      this.#resume = undefined
      resume(Effect.fail(new StoreUnavailable({ reason: this.#lost })))
    } else if (this.#news) {
      this.#resume = undefined
      this.#news = false
      resume(Effect.void)
    }
  }
}

export class CommitSignal {
  readonly #callbacks = new Set<(position: Position) => void>()
  readonly #ofAll = new Set<Watch>()
  readonly #ofStream = new Map<string, Set<Watch>>()
  #lost: string | undefined

  /** Once a commit. */
  committed(position: Position, streams: Iterable<string>): void {
    for (const watch of this.#ofAll) watch.notify()
    if (this.#ofStream.size > 0) for (const stream of streams) this.changed(stream)
    for (const callback of this.#callbacks) {
      try {
        callback(position)
      } catch (defect) {
        // Loud, but not in the way of those who wait for this commit.
        queueMicrotask(() => {
          throw defect
        })
      }
    }
  }

  /** The stream's metadata changed, or it got a tombstone. */
  changed(stream: string): void {
    const watches = this.#ofStream.get(stream)
    if (watches !== undefined) for (const watch of watches) watch.notify()
  }

  /** Something of the stream can be read now whose commit was told, or will be. */
  heard(stream: string): void {
    for (const watch of this.#ofAll) watch.notify()
    this.changed(stream)
  }

  /** Something may have been missed: all who watch look. */
  everything(): void {
    for (const watch of this.#ofAll) watch.notify()
    for (const watches of this.#ofStream.values()) for (const watch of watches) watch.notify()
  }

  /** The store is gone for good: all who watch fail, now and later. */
  lose(reason: string): void {
    this.#lost ??= reason
    for (const watch of this.#ofAll) watch.lose(reason)
    for (const watches of this.#ofStream.values()) for (const watch of watches) watch.lose(reason)
  }

  readonly onCommitted = (callback: (position: Position) => void): Effect.Effect<void, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => {
        // A function of its own, so that the same callback can be registered twice.
        const registered = (position: Position) => callback(position)
        this.#callbacks.add(registered)
        return registered
      }),
      (registered) => Effect.sync(() => this.#callbacks.delete(registered)),
    ).pipe(Effect.asVoid)

  readonly watchAll: Effect.Effect<Watch, never, Scope.Scope> = Effect.acquireRelease(
    Effect.sync(() => {
      const watch = new Watch(this.#lost)
      this.#ofAll.add(watch)
      return watch
    }),
    (watch) => Effect.sync(() => this.#ofAll.delete(watch)),
  )

  watchStream(stream: string): Effect.Effect<Watch, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => {
        const watch = new Watch(this.#lost)
        const watches = this.#ofStream.get(stream) ?? new Set()
        this.#ofStream.set(stream, watches.add(watch))
        return watch
      }),
      (watch) =>
        Effect.sync(() => {
          const watches = this.#ofStream.get(stream)
          watches?.delete(watch)
          if (watches?.size === 0) this.#ofStream.delete(stream)
        }),
    )
  }
}
