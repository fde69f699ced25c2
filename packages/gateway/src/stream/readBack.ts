/**
 * The window of a replay: from a conversation's event `from` backwards to what the client holds, or to where the replay must start.
 * Out of the ring at once where that holds it, else out of ring and log.
 *
 * Always true: consecutive, ascending, ending at `from`; and it says whether something older is left out.
 */
import type { Unavailable } from "@parley/runtime/errors"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import * as Effect from "effect/Effect"
import type { ConversationLog } from "./ConversationLog.ts"
import type { FramedEvent } from "./FramedEvent.ts"
import type { Place } from "./headAsOf.ts"
import type { Ring } from "./Rings.ts"

export interface Reach {
  /** Events at or before this place in the log are held. -1: none. */
  readonly position: number
  /** Events up to this `seq` are held. -1: none. */
  readonly known: number
  /** Nothing before this `seq` belongs to the stay. */
  readonly joined: number
  readonly frames: number
  /** How many messages are enough. */
  readonly messages: number
}

export interface Window {
  /** Of the first event of the window; `from` + 1 when it is empty. */
  readonly start: number
  readonly events: ReadonlyArray<FramedEvent>
  /**
   * `held`: the cursor covers what is older. `known`: the client says that it has what is older. `joined`: the stay begins here.
   * `cut`: something newer than all of them was left out.
   */
  readonly ends: "held" | "known" | "joined" | "cut"
  /**
   * At or after the place of the last event before the window that was not looked at, though the cursor does not cover it: it may have
   * removed the user. What the client says to know proves nothing. -1: there is none.
   */
  readonly unseenTo: number
}

/** Most replays are short: a first page of this size is enough for them. */
const FIRST_PAGE = 32

class Walk {
  seq: number
  frames = 0
  messages = 0
  ends: Window["ends"] | undefined
  /** When it was cut: at or after the place of the first event left out. */
  cutPosition = -1
  readonly #reach: Reach

  constructor(from: number, reach: Reach) {
    this.seq = from
    this.#reach = reach
    this.#arrive()
  }

  /** Looks at the event `seq`: whether it belongs to the window. */
  take(position: number, message: boolean): boolean {
    if (position <= this.#reach.position) this.ends = "held"
    else if (this.frames >= this.#reach.frames || this.messages >= this.#reach.messages) {
      this.ends = "cut"
      this.cutPosition = position
    } else {
      this.frames++
      if (message) this.messages++
      this.seq--
      this.#arrive()
      return true
    }
    return false
  }

  #arrive(): void {
    if (this.seq <= this.#reach.known) this.ends = "known"
    else if (this.seq < this.#reach.joined) this.ends = "joined"
  }

  /** Events still wanted, and the one that tells whether something is left out. */
  get wanted(): number {
    return this.#reach.frames - this.frames + 1
  }
}

/** Nothing is newer than what the cursor covers. */
export const emptyAfter = (last: number): Window => ({
  start: last + 1,
  events: [],
  ends: "held",
  unseenTo: -1,
})

/** The newest events, as far as the ring holds them. */
const walkRing = (ring: Ring, from: number, walk: Walk): Array<FramedEvent> => {
  const fresh: Array<FramedEvent> = []
  if (walk.ends !== undefined) return fresh
  for (const event of ring.backFrom(from)) {
    if (!walk.take(event.position, event.sender !== undefined)) break
    fresh.push(event)
    if (walk.ends !== undefined) break
  }
  return fresh
}

/** The whole window out of the ring; `undefined` when the log must be asked. */
export const readBackNow = (ring: Ring, from: Place, reach: Reach): Window | undefined => {
  const walk = new Walk(from.seq, reach)
  const fresh = walkRing(ring, from.seq, walk)
  if (walk.ends === undefined || fresh.some((event) => event.rewrites)) return undefined
  return windowOf(walk, walk.ends, fresh.reverse(), from, ring)
}

const windowOf = (
  { cutPosition, seq }: Walk,
  ends: Window["ends"],
  events: ReadonlyArray<FramedEvent>,
  from: Place,
  ring: Ring | undefined,
): Window => {
  const unseenTo = (): number => {
    if (ends === "cut") return cutPosition
    if (ends !== "known" || seq < 0) return -1
    return ring?.placeOf(seq) ?? (events[0] ?? from).position
  }
  return { start: seq + 1, events, ends, unseenTo: unseenTo() }
}

/** @param ring of the conversation, if there is a hub. `from`: `position` is at or after the event's place in the log. */
export const readBack = Effect.fnUntraced(function* (
  log: ConversationLog,
  conversation: string,
  ring: Ring | undefined,
  from: Place,
  reach: Reach,
): Effect.fn.Return<Window, Unavailable> {
  const walk = new Walk(from.seq, reach)
  const fresh = ring === undefined ? [] : walkRing(ring, from.seq, walk)
  const recorded: Array<RecordedEvent> = []
  while (walk.ends === undefined) {
    const limit = Math.min(walk.wanted, recorded.length === 0 ? FIRST_PAGE : walk.wanted)
    const page = yield* log.backward(conversation, walk.seq, limit)
    if (page.length === 0) walk.ends = "joined"
    for (const event of page) {
      if (!walk.take(event.position, event.type === "MessageSent")) break
      recorded.push(event)
      if (walk.ends !== undefined) break
    }
  }
  // What the ring holds is as it was said: with an edit or a deletion among it the whole window is taken from the log.
  if (fresh.some((event) => event.rewrites)) {
    recorded.unshift(...(yield* log.backward(conversation, from.seq, fresh.length)))
    fresh.length = 0
  }
  const older = yield* log.present(recorded.reverse())
  return windowOf(walk, walk.ends, [...older, ...fresh.reverse()], from, ring)
})
