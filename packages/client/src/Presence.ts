/**
 * Who is there: telling it of oneself, and watching others.
 *
 * Always true: the server is asked to watch exactly those whom somebody here watches, however often and on however many
 * connections; what is not known, not watched any more or was told on a connection that is gone reads `unknown`.
 */
import type { Answer } from "./Connection.ts"
import type { Frame } from "./wire.ts"

export interface PresenceOf {
  readonly status: "online" | "away" | "offline" | "unknown"
  /** When he was last there, in milliseconds since 1970; absent when he does not say, or is there. */
  readonly lastSeen?: number
}

export interface PresenceWorld {
  readonly tell: (frame: Omit<Frame, "id">) => void
  readonly request: (frame: Omit<Frame, "id">, settle: (answer: Answer) => void) => void
  readonly after: (ms: number, run: () => void) => () => void
  readonly changed: (userIds: ReadonlyArray<string>) => void
}

interface WirePresence {
  readonly user_id: string
  readonly status: PresenceOf["status"]
  readonly last_seen?: string
}

/** A screen that is scrolled drops and takes up the same people again: they are asked for together. */
const gatherMs = 50
/** The most of one frame. */
const mostAtOnce = 500

export const unknown: PresenceOf = { status: "unknown" }

export class Presence {
  readonly #world: PresenceWorld
  /** By how many each is watched here. */
  readonly #watchers = new Map<string, number>()
  /** Whom this connection watches. */
  readonly #asked = new Set<string>()
  readonly #known = new Map<string, PresenceOf>()
  #gathering: (() => void) | undefined
  #live = false
  #foreground = true

  constructor(world: PresenceWorld) {
    this.#world = world
  }

  /** Until the answer is called. Watching somebody twice costs nothing. */
  watch(userIds: ReadonlyArray<string>): () => void {
    for (const id of userIds) this.#watchers.set(id, (this.#watchers.get(id) ?? 0) + 1)
    this.#gather()
    let over = false
    return () => {
      if (over) return
      over = true
      for (const id of userIds) {
        const left = (this.#watchers.get(id) ?? 1) - 1
        if (left > 0) this.#watchers.set(id, left)
        else this.#watchers.delete(id)
      }
      this.#gather()
    }
  }

  /** `unknown` for whom nobody watches here. */
  of(userId: string): PresenceOf {
    return this.#known.get(userId) ?? unknown
  }

  /** Whether the person looks at this window, or uses this app. */
  setForeground(foreground: boolean): void {
    if (foreground === this.#foreground) return
    this.#foreground = foreground
    this.#ping()
  }

  heard(payload: WirePresence): void {
    if (this.#take(payload)) this.#world.changed([payload.user_id])
  }

  /** The connection is live. */
  resume(): void {
    this.#live = true
    this.#ping()
    this.#flush()
  }

  /** The connection is gone: whoever was there may have left since. */
  pause(): void {
    if (!this.#live) return
    this.#live = false
    this.#asked.clear()
    this.#forget([...this.#known.keys()])
  }

  /** Nothing waits any more. */
  close(): void {
    this.pause()
    this.#gathering?.()
    this.#gathering = undefined
  }

  #ping(): void {
    if (!this.#live) return
    this.#world.tell({ type: "presence.ping", payload: { status: this.#foreground ? "online" : "away" } })
  }

  #gather(): void {
    if (!this.#live) return
    this.#gathering ??= this.#world.after(gatherMs, () => {
      this.#gathering = undefined
      this.#flush()
    })
  }

  #flush(): void {
    if (!this.#live) return
    const gone = [...this.#asked].filter((id) => !this.#watchers.has(id))
    const wanted = [...this.#watchers.keys()].filter((id) => !this.#asked.has(id))
    for (const id of gone) this.#asked.delete(id)
    for (const id of wanted) this.#asked.add(id)
    this.#forget(gone)
    this.#ask("presence.unwatch", gone)
    this.#ask("presence.watch", wanted)
  }

  #ask(type: string, userIds: ReadonlyArray<string>): void {
    for (let at = 0; at < userIds.length; at += mostAtOnce) {
      const user_ids = userIds.slice(at, at + mostAtOnce)
      this.#world.request({ type, payload: { user_ids } }, (answer) => this.#answered(type, user_ids, answer))
    }
  }

  #answered(type: string, userIds: ReadonlyArray<string>, answer: Answer): void {
    if (type !== "presence.watch" || answer._tag === "Lost") return
    if (answer._tag === "Ack") {
      const { presences = [] } = answer.payload as { readonly presences?: ReadonlyArray<WirePresence> }
      const changed = presences.filter((one) => this.#take(one)).map((one) => one.user_id)
      if (changed.length > 0) this.#world.changed(changed)
    } else if (answer.problem.retryable) {
      this.#world.after(answer.problem.retry_after_ms ?? 1_000, () => {
        for (const id of userIds) this.#asked.delete(id)
        this.#gather()
      })
    }
  }

  /** Whether it is news. What is said of somebody who is not watched any more was on its way. */
  #take({ last_seen, status, user_id }: WirePresence): boolean {
    if (!this.#watchers.has(user_id)) return false
    const lastSeen = last_seen === undefined ? undefined : Date.parse(last_seen)
    const before = this.of(user_id)
    if (before.status === status && before.lastSeen === lastSeen) return false
    this.#known.set(user_id, { status, ...(lastSeen === undefined ? {} : { lastSeen }) })
    return true
  }

  #forget(userIds: ReadonlyArray<string>): void {
    const known = userIds.filter((id) => this.#known.delete(id))
    if (known.length > 0) this.#world.changed(known)
  }
}
