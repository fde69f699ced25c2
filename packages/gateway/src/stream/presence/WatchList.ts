/**
 * Who watches whom on this gateway. Bookkeeping alone: everything here happens at once.
 *
 * Always true: somebody is in it exactly as long as a connection watches him, or has asked to. Bounded for each connection
 * (`presence_watches`) and in all (`MOST_WATCHES`); what is beyond is refused, with an answer.
 */
import type { DeviceStatus, Ending, Unwatch } from "@parley/runtime/Presence"
import type { FrameClass } from "../../limits/shedOrder.ts"

/** The connection, as its watches see it. */
export interface Watcher {
  readonly user: string
  readonly closed: boolean
  readonly outbox: { readonly hasRoom: () => boolean }
  /** False: it was dropped. */
  readonly offer: (what: FrameClass, bytes: Buffer) => boolean
  readonly push: (bytes: Buffer) => void
}

/** What a watcher is shown. `lastSeen`: in milliseconds, of who is offline and shows it. */
export interface Shown {
  readonly status: DeviceStatus | "offline"
  readonly lastSeen?: number
}

export const same = (told: Shown | undefined, shown: Shown): boolean =>
  told?.status === shown.status && told.lastSeen === shown.lastSeen

export class Watched {
  readonly user: string
  /** False while it is being found out whether he may. */
  readonly watchers = new Map<Watcher, boolean>()
  /** What every watcher who may has been told, or is owed. */
  told: Shown | undefined
  unwatch: Unwatch | undefined
  /** The last end of a connection of his at this gateway; absent when he came back. */
  ended: { readonly at: number; readonly how: Ending } | undefined
  /** Nobody watches him any more: this is no longer in the list. */
  closed = false

  constructor(user: string) {
    this.user = user
  }
}

/** About 100 bytes each. */
const MOST_WATCHES = 1_000_000

export class WatchList {
  readonly #watched = new Map<string, Watched>()
  readonly #own = new Map<Watcher, Set<string>>()
  readonly #byUser = new Map<string, Set<Watcher>>()
  readonly #most: number
  readonly #mostInAll: number
  #watches = 0

  constructor(most: number, mostInAll = MOST_WATCHES) {
    this.#most = most
    this.#mostInAll = mostInAll
  }

  /** Watches of all connections. */
  get watches(): number {
    return this.#watches
  }

  get(user: string): Watched | undefined {
    return this.#watched.get(user)
  }

  /** Whom this connection watches, or has asked to. */
  of(watcher: Watcher): ReadonlySet<string> {
    return this.#own.get(watcher) ?? new Set()
  }

  /** The connections of this user that watch somebody. */
  watchersOf(user: string): Iterable<Watcher> {
    return this.#byUser.get(user) ?? []
  }

  concerns(user: string): boolean {
    return this.#byUser.has(user) || this.#watched.has(user)
  }

  /** Those of `users` whom it had not asked for yet: they are in the list now, and not allowed. */
  ask(watcher: Watcher, users: ReadonlyArray<string>): ReadonlyArray<string> | "too many" | "full" {
    const own = this.#own.get(watcher) ?? new Set()
    const fresh = [...new Set(users)].filter((user) => !own.has(user))
    if (own.size + fresh.length > this.#most) return "too many"
    if (this.#watches + fresh.length > this.#mostInAll) return "full"
    if (fresh.length === 0) return fresh
    for (const user of fresh) {
      own.add(user)
      let watched = this.#watched.get(user)
      if (watched === undefined) this.#watched.set(user, (watched = new Watched(user)))
      watched.watchers.set(watcher, false)
    }
    this.#watches += fresh.length
    this.#own.set(watcher, own)
    const siblings = this.#byUser.get(watcher.user)
    if (siblings === undefined) this.#byUser.set(watcher.user, new Set([watcher]))
    else siblings.add(watcher)
    return fresh
  }

  /** `undefined`: it does not watch him any more. */
  allow(watcher: Watcher, user: string): Watched | undefined {
    const watched = this.#watched.get(user)
    if (watched?.watchers.has(watcher) !== true) return undefined
    watched.watchers.set(watcher, true)
    return watched
  }

  /** True: it watched him and was allowed to. */
  drop(watcher: Watcher, user: string): boolean {
    const own = this.#own.get(watcher)
    if (own?.delete(user) !== true) return false
    this.#watches--
    if (own.size === 0) this.#forget(watcher)
    const watched = this.#watched.get(user)!
    const allowed = watched.watchers.get(watcher) === true
    watched.watchers.delete(watcher)
    if (watched.watchers.size === 0) {
      this.#watched.delete(user)
      watched.closed = true
      watched.unwatch?.()
    }
    return allowed
  }

  gone(watcher: Watcher): void {
    for (const user of [...this.of(watcher)]) this.drop(watcher, user)
  }

  #forget(watcher: Watcher): void {
    this.#own.delete(watcher)
    const siblings = this.#byUser.get(watcher.user)
    siblings?.delete(watcher)
    if (siblings?.size === 0) this.#byUser.delete(watcher.user)
  }
}
