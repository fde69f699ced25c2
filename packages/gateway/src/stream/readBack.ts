/**
 * The window of a replay: from a conversation's event `from` backwards to what the client holds, or to where the replay must start.
 *
 * Always true: consecutive, ascending, ending at `from`; and it says whether something older is left out.
 */
import type { Unavailable } from "@parley/runtime/errors"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import * as Effect from "effect/Effect"
import type { ConversationLog } from "./ConversationLog.ts"
import type { FramedEvent } from "./FramedEvent.ts"
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
  /** At or after the place of the first event left out, when it was cut. */
  readonly cutPosition: number
}

/** Most replays are short: a first page of this size is enough for them. */
const FIRST_PAGE = 32

class Walk {
  seq: number
  frames = 0
  messages = 0
  ends: Window["ends"] | undefined
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

/** @param ring of the conversation, if there is a hub. */
export const readBack = Effect.fnUntraced(function* (
  log: ConversationLog,
  conversation: string,
  ring: Ring | undefined,
  from: number,
  reach: Reach,
): Effect.fn.Return<Window, Unavailable> {
  const walk = new Walk(from, reach)
  const fresh: Array<FramedEvent> = []
  if (ring !== undefined && walk.ends === undefined)
    for (const event of ring.backFrom(from)) {
      if (!walk.take(event.position, event.sender !== undefined)) break
      fresh.push(event)
      if (walk.ends !== undefined) break
    }
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
  const older = yield* log.framed(recorded.reverse())
  return {
    start: walk.seq + 1,
    events: [...older, ...fresh.reverse()],
    ends: walk.ends,
    cutPosition: walk.cutPosition,
  }
})
