/**
 * Reading as of the request's arrival: the one way in which anything of a conversation is read.
 *
 *   head of the stream (asked after the request came in) ─► one snapshot of the model ─► the events between, from the log ─► fold
 *
 * Always true: what comes back holds every write acknowledged before the call, removals included.
 * Not for: folding; that is done in `fold/`.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import { UnreadableEvent } from "@parley/domain/StoredEvent"
import * as Effect from "effect/Effect"
import type { EventStore, Head, RecordedEvent } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import type { TailEvent } from "./fold/tail.ts"
import type { ConversationView, History } from "./History.ts"

/** More events than this between model and log are not folded: the read waits for the model. */
const maxTail = 200

export interface AsOfArrival<Snapshot> {
  /** Absent when the model does not know the conversation yet. */
  readonly snapshot: Snapshot | undefined
  /** From the snapshot, or before it, to the head. */
  readonly tail: ReadonlyArray<TailEvent>
}

const asUnavailable = (failure: { readonly _tag: string }): Unavailable =>
  failure instanceof Unavailable ? failure : new Unavailable({ reason: failure._tag })

/** `undefined`: no such conversation. `Unavailable`: the model is too far behind, and did not come within a second. */
export const asOfArrival = Effect.fnUntraced(function* <Snapshot extends ConversationView>(
  store: EventStore["Service"],
  history: Pick<History["Service"], "caughtUp">,
  conversation: string,
  query: Effect.Effect<Snapshot | undefined, Unavailable>,
): Effect.fn.Return<AsOfArrival<Snapshot> | undefined, Unavailable> {
  const stream = `conversation-${conversation}`
  const head = yield* Effect.mapError(store.head(stream), asUnavailable)
  if (head === undefined) return undefined
  const snapshot = yield* query
  const lacking = head.revision - (snapshot?.conversation.revision ?? -1)
  if (lacking <= 0) return { snapshot, tail: [] }
  if (lacking <= maxTail) {
    const tail = yield* readTail(store, stream, head, lacking)
    // Fewer: the store hides some of them, so only the model knows.
    if (tail.length === lacking) return { snapshot, tail }
  }
  yield* history.caughtUp(head.position)
  return { snapshot: yield* query, tail: [] }
})

const readTail = (
  store: EventStore["Service"],
  stream: string,
  head: Head,
  count: number,
): Effect.Effect<ReadonlyArray<TailEvent>, Unavailable> =>
  store
    .readStream(stream, { direction: "forward", from: head.revision - count + 1, limit: count })
    .pipe(Effect.mapError(asUnavailable), Effect.flatMap(decode))

/** An event that cannot be read stops the model as well: until somebody has seen to it, the conversation cannot be read. */
const decode = (events: ReadonlyArray<RecordedEvent>): Effect.Effect<ReadonlyArray<TailEvent>, Unavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(
        events.map((recorded) => ({
          event: decodeEvent(recorded),
          revision: recorded.revision,
          position: recorded.position,
        })),
      )
    } catch (cause) {
      if (!(cause instanceof UnreadableEvent)) throw cause
      return Effect.fail(new Unavailable({ reason: `${cause.type} cannot be read: ${cause.reason}` }))
    }
  })
