/**
 * When to ping one connection, and when to give it up (protocol, section 4).
 *
 * Always true: a ping each 25 s; without a pong within 10 s the peer is gone, unless frames wait or waited in front of the ping: then
 * the peer is slow, not gone, which is for `Flow` to judge. Not for: holding timers; `Wheel.ts` has the one there is.
 */
export const HEARTBEAT_MS = 25_000
export const PONG_WITHIN_MS = 10_000

export type Beat = "ping" | "wait" | "timeout"

export class Heartbeat {
  /** When `beat` is due next. */
  due: number
  #pingedAt = 0
  #awaiting = false
  /** Frames waited in front of the ping: the pong cannot be expected in time. */
  #behind = false

  /** @param firstAt jittered by the caller. */
  constructor(firstAt: number) {
    this.due = firstAt
  }

  pong(): void {
    this.#awaiting = false
  }

  /** Call it at or after `due`, with the bytes that wait to be sent. */
  beat(now: number, waiting: number): Beat {
    if (this.#awaiting && waiting === 0 && !this.#behind) return "timeout"
    if (this.#awaiting || now >= this.#pingedAt + HEARTBEAT_MS) {
      this.#awaiting = true
      this.#behind = waiting > 0
      this.#pingedAt = now
      this.due = now + PONG_WITHIN_MS
      return "ping"
    }
    this.due = this.#pingedAt + HEARTBEAT_MS
    return "wait"
  }
}
