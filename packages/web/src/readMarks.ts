/**
 * How far this person has read in this browser, until receipts are kept by the server.
 *
 * Always true: a mark only rises. Who answers has read what he answers to.
 */
import type { Parley } from "/client/connect.ts"

export class ReadMarks {
  readonly #parley: Parley
  readonly #key: string
  readonly #marks: Map<string, number>

  constructor(parley: Parley) {
    this.#parley = parley
    this.#key = `parley.read.${parley.userId}`
    const stored = JSON.parse(localStorage.getItem(this.#key) ?? "{}") as Record<string, number>
    this.#marks = new Map(Object.entries(stored))
  }

  markRead(conversationId: string): void {
    const last = this.#parley.entries(conversationId).findLast((entry) => entry.seq !== undefined)?.seq
    if (last === undefined || last <= (this.#marks.get(conversationId) ?? -1)) return
    this.#marks.set(conversationId, last)
    try {
      localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(this.#marks)))
    } catch {
      return
    }
  }

  /** Messages of others after the mark and after the person's own last one, of those held. */
  unread(conversationId: string): number {
    const mark = this.#marks.get(conversationId) ?? -1
    let unread = 0
    for (const entry of this.#parley.entries(conversationId)) {
      if (entry.kind !== "message" || entry.seq === undefined) continue
      if (entry.senderId === this.#parley.userId) unread = 0
      else if (entry.seq > mark) unread++
    }
    return unread
  }
}
