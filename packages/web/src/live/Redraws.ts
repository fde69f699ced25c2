/**
 * When what is on the page must be drawn again.
 *
 * Always true: however many changes come, listeners are called at most once a frame; a version rises with every change that it
 * covers, so what was drawn under an equal version is still right.
 */
import type { Parley } from "@parley/client/connect"
import type { Change } from "@parley/client/Options"

/** A hidden window draws no frames, but its title shows what is unread. */
const hiddenMs = 200

export class Redraws {
  readonly #listeners = new Set<() => void>()
  readonly #ofConversation = new Map<string, number>()
  #ofAll = 0
  #ofAny = 0
  #asked = false
  /** The client has caught up, at least once: what is unread is known. */
  caughtUp = false

  constructor(parley: Parley) {
    parley.subscribe((change) => this.#changed(change))
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Of everything that is known. */
  readonly version = (): number => this.#ofAny

  /** Of one conversation, and of what all share: names, the connection, blocks and mutes. */
  versionOf(id: string): number {
    return this.#ofAll + (this.#ofConversation.get(id) ?? 0)
  }

  #changed(change: Change): void {
    this.#ofAny++
    if (change._tag === "Status" && change.status.phase === "live") this.caughtUp = true
    // Who shows who is there or types listens to that alone.
    if (change._tag === "Presence" || change._tag === "Typing") return
    if (change._tag === "Conversation")
      this.#ofConversation.set(change.id, (this.#ofConversation.get(change.id) ?? 0) + 1)
    else this.#ofAll++
    if (this.#asked) return
    this.#asked = true
    const run = (): void => {
      this.#asked = false
      for (const listener of this.#listeners) listener()
    }
    if (document.hidden) setTimeout(run, hiddenMs)
    else requestAnimationFrame(run)
  }
}
