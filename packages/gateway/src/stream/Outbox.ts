/**
 * What one connection is being sent: frames of one turn of the loop are gathered and written together.
 *
 * Always true: bytes leave in the order pushed. It is bounded by whoever pushes: live frames stop when `Flow` says so, replays wait
 * for `room`, answers are bounded by the frames that they answer.
 */
import { atEndOfTurn } from "@parley/runtime/endOfTurn"
import * as Effect from "effect/Effect"
import { Flow, STOP_BYTES } from "./Flow.ts"

/** The socket, as the stream needs it. */
export interface Wire {
  /** Whole frames, in order: the first, and those after it if there are any. */
  readonly write: (first: Buffer, more?: ReadonlyArray<Buffer>) => void
  /** Bytes written that the kernel has not taken. */
  readonly waiting: () => number
  readonly ping: () => void
  readonly close: (code: number, reason: string) => void
  /** Stops and restarts reading. */
  readonly pause: () => void
  readonly resume: () => void
}

/** A replay goes on while less than this waits. */
export const ROOM_BYTES = 262_144

/** Writes what was pushed in this turn of the loop, connection after connection. */
export class Flusher {
  #dirty: Array<Outbox> = []
  readonly #schedule: (run: () => void) => void
  readonly #flushed: () => void

  /** @param flushed called when the frames of a turn have been written. */
  constructor(flushed: () => void = () => undefined, schedule: (run: () => void) => void = atEndOfTurn) {
    this.#schedule = schedule
    this.#flushed = flushed
  }

  add(outbox: Outbox): void {
    if (this.#dirty.length === 0) this.#schedule(this.flush)
    this.#dirty.push(outbox)
  }

  readonly flush = (): void => {
    const dirty = this.#dirty
    this.#dirty = []
    for (const outbox of dirty) outbox.flush()
    this.#flushed()
  }
}

/** Whose connection it is. */
export interface Sender {
  /** Called after a write that the kernel did not take whole, and when too much waits. */
  readonly fellBehind: () => void
}

export class Outbox {
  readonly flow = new Flow()
  /** Around the wait for room: whoever waits for a slow reader keeps nobody else from working. */
  aside: ((wait: Effect.Effect<void>) => Effect.Effect<void>) | undefined
  readonly #wire: Wire
  readonly #flusher: Flusher
  readonly #sender: Sender
  /** Of a turn; most have one frame, which needs no list. */
  #first: Buffer | undefined
  #more: Array<Buffer> | undefined
  #bytes = 0
  /** Waiting in the socket when it was last looked at. */
  #behind = 0
  #roomWanted: (() => void) | undefined
  #closed = false

  constructor(wire: Wire, flusher: Flusher, sender: Sender) {
    this.#wire = wire
    this.#flusher = flusher
    this.#sender = sender
  }

  push(bytes: Buffer): void {
    if (this.#closed) return
    if (this.#first === undefined) {
      this.#first = bytes
      this.#flusher.add(this)
    } else if (this.#more === undefined) this.#more = [bytes]
    else this.#more.push(bytes)
    this.#bytes += bytes.length
    this.flow.total += bytes.length
    // What was pushed in one turn alone is not waiting yet: it is judged by what the kernel leaves.
    if (this.#bytes + this.#behind > STOP_BYTES && !this.flow.stopped) this.flush()
  }

  flush(): void {
    const first = this.#first
    if (first === undefined || this.#closed) return
    const more = this.#more
    this.#first = undefined
    this.#more = undefined
    this.#bytes = 0
    this.#wire.write(first, more)
    this.#behind = this.#wire.waiting()
    if (this.#behind > 0) this.#sender.fellBehind()
  }

  /** Bytes pushed that the kernel has not taken. */
  waiting(): number {
    this.#behind = this.#wire.waiting()
    return this.#bytes + this.#behind
  }

  hasRoom(): boolean {
    return this.#bytes + this.#behind < ROOM_BYTES && !this.flow.stopped
  }

  /** Waits until a replay may go on; returns at once on a closed connection. At most one waits at a time. */
  room(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.flush()
      if (this.#mayGoOn()) return Effect.void
      const wait = Effect.callback<void>((resume) => {
        if (this.#mayGoOn()) return resume(Effect.void)
        this.#roomWanted = () => resume(Effect.void)
      })
      return this.aside?.(wait) ?? wait
    })
  }

  #mayGoOn(): boolean {
    return this.#closed || (this.waiting() < ROOM_BYTES && !this.flow.stopped)
  }

  /** Something was drained, or judged: whoever waits for room looks again. */
  wake(): void {
    if (this.#roomWanted === undefined || !this.#mayGoOn()) return
    const wanted = this.#roomWanted
    this.#roomWanted = undefined
    wanted()
  }

  close(): void {
    this.flush()
    this.#closed = true
    this.#first = undefined
    this.#more = undefined
    this.wake()
  }
}
