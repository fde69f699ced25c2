/**
 * Where in the log something last moved in each conversation, in memory, so that who comes back after a moment costs no look into the
 * tables for conversations in which nothing did.
 *
 * Always true: it may name a conversation in which nothing moved, and never leaves one out in which something did. It knows what moved
 * since it was made, or since it last forgot everything.
 */
import type { Position } from "@parley/runtime/EventStore"

/** Beyond this it starts afresh. */
const most = 100_000

export class LastMoved {
  readonly #places = new Map<string, Position>()
  readonly #most: number
  /** What moved after this place is known. */
  #knownAfter: Position

  /** @param knownAfter up to where the log is applied already. */
  constructor(knownAfter: Position, mostPlaces = most) {
    this.#knownAfter = knownAfter
    this.#most = mostPlaces
  }

  /** In the order of the log. */
  note(conversation: string, position: Position): void {
    if (this.#places.size >= this.#most && !this.#places.has(conversation)) {
      this.#places.clear()
      // Others may have moved by the same event.
      this.#knownAfter = position
    }
    this.#places.set(conversation, position)
  }

  /** Those in which something may have moved after `since` (exclusive). */
  among(conversations: ReadonlyArray<string>, since: Position): ReadonlyArray<string> {
    if (since < this.#knownAfter) return conversations
    return conversations.filter((conversation) => (this.#places.get(conversation) ?? -1) > since)
  }
}
