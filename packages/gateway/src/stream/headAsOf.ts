/**
 * Where a conversation stood when the log ended at a given place.
 *
 * Always true: exact, whatever has been written since: a page of a sync finds the conversations in the order in which the page before
 * left them.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { ConversationLog } from "./ConversationLog.ts"

export interface Place {
  readonly seq: number
  readonly position: number
}

/** Most conversations have moved little meanwhile. */
const NEAR = 16

/** @param head where it stands now. `undefined`: it did not exist then. */
export const headAsOf = Effect.fnUntraced(function* (
  log: Pick<ConversationLog, "backward">,
  conversation: string,
  head: Place,
  end: number,
): Effect.fn.Return<Place | undefined, Unavailable> {
  if (head.position <= end) return head
  const near = yield* log.backward(conversation, head.seq, NEAR)
  const found = near.find((event) => event.position <= end)
  if (found !== undefined) return { seq: found.revision, position: found.position }
  // Invariant: the event at `low` stands at or before `end` (-1: none does), the one at `high` after it.
  let [low, high] = [-1, near.at(-1)?.revision ?? 0]
  let place: Place | undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const [event] = yield* log.backward(conversation, middle, 1)
    if (event !== undefined && event.revision === middle && event.position <= end) {
      low = middle
      place = { seq: middle, position: event.position }
    } else high = middle
  }
  return place
})
