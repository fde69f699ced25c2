/**
 * Who has got and read how much of one conversation: the person himself, and the others.
 *
 * Always true: markers only rise. Unread is counted from what is held as soon as everything after the marker is held; before
 * that it is what the server counted, and what came in since; `unsure` tells that this is no longer the whole of it.
 */
import type { Timeline } from "./Timeline.ts"
import type { Marker } from "./wire.ts"

/** What has become of a message of one's own: in the log; on a device of somebody else; read by somebody else. */
export type Tick = "sent" | "delivered" | "read"

export class Reading {
  readonly #timeline: Timeline
  #readSeq = -1
  /** The event as of which the server counted. */
  #told = -1
  /** What the server counted, as of when, and how many came in since. */
  #counted = { readSeq: -1, asOf: -1, unread: 0 }
  /** Only a count of the server's as of this event or later is right. */
  #countFrom = 0
  #withdrawnAt = -1
  #deliveredUpTo = -1
  #readUpTo = -1

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  /** The last `seq` that the person has read; -1 while nothing is known. */
  get readSeq(): number {
    return this.#readSeq
  }

  get unread(): number {
    if (this.#readSeq < 0) return 0
    const held = this.#timeline.unreadAfter(this.#readSeq)
    return held ?? (this.#counted.readSeq < this.#readSeq ? 0 : this.#counted.unread)
  }

  /** The server must be asked for the count: nothing is known, or something happened to messages that are not held. */
  get unsure(): boolean {
    if (this.#readSeq < 0) return true
    return this.#told < this.#countFrom && this.#timeline.unreadAfter(this.#readSeq) === undefined
  }

  /** What happened up to this event does not show in the count. */
  missed(seq: number): void {
    this.#countFrom = Math.max(this.#countFrom, seq)
  }

  /** The marker as the server has it. One that is behind tells nothing; what came in after it was counted is added. */
  mark({ last_seq, read_seq, unread }: Marker): void {
    if (read_seq < this.#readSeq) return
    this.#readSeq = read_seq
    this.#told = last_seq
    // Counted before a deletion that was taken off the count before it.
    if (last_seq < this.#withdrawnAt) this.missed(this.#withdrawnAt)
    const since = this.#timeline.unreadAfter(last_seq) ?? 0
    this.#counted = {
      readSeq: read_seq,
      asOf: Math.max(last_seq, this.#timeline.lastSeq ?? -1),
      unread: unread + since,
    }
  }

  readUpTo(seq: number): void {
    this.#readSeq = Math.max(this.#readSeq, seq)
  }

  /** A message of somebody else came in. */
  news(seq: number): void {
    const { asOf, readSeq, unread } = this.#counted
    if (seq > asOf) this.#counted = { readSeq, asOf: seq, unread: unread + 1 }
  }

  /** A message of somebody else was deleted, by the event `at`: a count as of later has left it out already. */
  withdrawn(seq: number, at: number): void {
    this.#withdrawnAt = at
    const { asOf, readSeq, unread } = this.#counted
    if (at > asOf && seq > readSeq) this.#counted = { readSeq, asOf: at, unread: Math.max(0, unread - 1) }
  }

  /** Somebody else says how much he has got or read. Who has read it has got it. */
  heard(read: boolean, upToSeq: number): void {
    this.#deliveredUpTo = Math.max(this.#deliveredUpTo, upToSeq)
    if (read) this.#readUpTo = Math.max(this.#readUpTo, upToSeq)
  }

  /** How far the furthest of the others is; -1: nothing is known. */
  get others(): { readonly deliveredUpTo: number; readonly readUpTo: number } {
    return { deliveredUpTo: this.#deliveredUpTo, readUpTo: this.#readUpTo }
  }

  /** Of a message of one's own. In a group one other person is enough. */
  tick(seq: number): Tick {
    if (this.#readUpTo >= seq) return "read"
    return this.#deliveredUpTo >= seq ? "delivered" : "sent"
  }
}
