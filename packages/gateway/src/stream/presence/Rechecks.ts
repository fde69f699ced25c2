/**
 * Ending watches that are allowed no more: after a removal from a conversation, and after a block, by whichever of the two.
 *
 * Always true: within seconds of the event, whoever may no longer watch has been told `unknown` and is told nothing more. Bounded: each
 * suspect once. When nobody can tell whether a watch is still allowed it stays, and is looked at again.
 */
import * as Effect from "effect/Effect"
import { presenceFrame } from "./presenceFrame.ts"
import type { WatchList } from "./WatchList.ts"
import type { WatchRights } from "./watchRights.ts"

/** Events that come together are looked at together. */
const AFTER_MS = 500

export interface RechecksOptions {
  readonly list: WatchList
  readonly mayWatch: WatchRights
  readonly now: () => number
  readonly fork: (effect: Effect.Effect<void>) => void
}

export class Rechecks {
  readonly #suspects = new Set<string>()
  readonly #options: RechecksOptions
  #running = false

  constructor(options: RechecksOptions) {
    this.#options = options
  }

  /** Whom he may watch, and who may watch him, may have become less. */
  suspect(user: string): void {
    if (!this.#options.list.concerns(user)) return
    this.#suspects.add(user)
    if (this.#running) return
    this.#running = true
    const looks = Effect.ensuring(
      this.#look(),
      Effect.sync(() => (this.#running = false)),
    )
    this.#options.fork(looks)
  }

  #look(): Effect.Effect<void> {
    return Effect.andThen(
      Effect.sleep(AFTER_MS),
      Effect.suspend(() => {
        const affected = this.#affected()
        this.#suspects.clear()
        const checks = Effect.forEach(affected, ([user, watched]) => this.#check(user, [...watched]), {
          discard: true,
        })
        return Effect.andThen(
          checks,
          Effect.suspend(() => (this.#suspects.size > 0 ? this.#look() : Effect.void)),
        )
      }),
    )
  }

  /** For each person who watches, the watches in question. */
  #affected(): ReadonlyMap<string, ReadonlySet<string>> {
    const { list } = this.#options
    const affected = new Map<string, Set<string>>()
    const add = (user: string, watched: Iterable<string>): void => {
      const all = affected.get(user) ?? new Set()
      for (const one of watched) all.add(one)
      affected.set(user, all)
    }
    for (const suspect of this.#suspects) {
      for (const watcher of list.watchersOf(suspect)) add(suspect, list.of(watcher))
      for (const watcher of list.get(suspect)?.watchers.keys() ?? []) add(watcher.user, [suspect])
    }
    return affected
  }

  #check(user: string, watched: ReadonlyArray<string>): Effect.Effect<void> {
    return Effect.matchEffect(this.#options.mayWatch(user, watched), {
      onSuccess: (allowed) => Effect.sync(() => this.#end(user, watched, allowed)),
      onFailure: () => Effect.sync(() => void this.#suspects.add(user)),
    })
  }

  #end(user: string, watched: ReadonlyArray<string>, allowed: ReadonlySet<string>): void {
    const { list, now } = this.#options
    for (const watcher of [...list.watchersOf(user)])
      for (const one of watched)
        if (!allowed.has(one) && list.drop(watcher, one)) watcher.push(presenceFrame(now(), one, undefined))
  }
}
