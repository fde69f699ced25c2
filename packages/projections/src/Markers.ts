/**
 * How far a user has read, and what is left: the one place where unread is counted.
 *
 * Always true: unread = messages after the marker that are not his own, not deleted and not thread replies; the marker is
 * max(what he read, the seq of his latest joining), never above the head. As of the call's arrival: both models know the log that far.
 * Not for: what others have read (`ReceiptReads.ts`).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import { History } from "./History.ts"
import { modelsAtHead } from "./modelsAtHead.ts"
import { Receipts } from "./Receipts.ts"

export interface Marker {
  readonly conversation: string
  readonly readSeq: number
  readonly lastSeq: number
  readonly unread: number
}

export class Markers extends Context.Service<
  Markers,
  {
    /** In the order given; conversations that he is not in are left out. Some 10 µs for each. */
    readonly of: (
      user: string,
      conversations: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyArray<Marker>, Unavailable>
  }
>()("@parley/projections/Markers") {}

export const layer: Layer.Layer<Markers, never, EventStore | History | Receipts> = Layer.effect(
  Markers,
  Effect.gen(function* () {
    const [store, history, receipts] = [yield* EventStore, yield* History, yield* Receipts]
    return {
      of: Effect.fn("Markers.of")(function* (user, conversations) {
        yield* modelsAtHead(store, [history, receipts])
        const read = yield* receipts.read(user, conversations)
        return yield* history.markers(
          user,
          conversations.map((conversation) => [conversation, read.get(conversation) ?? 0]),
        )
      }),
    }
  }),
)
