/**
 * The log of conversations as the stream reads it: heads, and pages of framed events.
 *
 * Always true: what it returns is durable. Failures are all `Unavailable`: what follows is the same.
 */
import { Unavailable } from "@parley/runtime/errors"
import type { EventStore, Head, Position, RecordedEvent } from "@parley/runtime/EventStore"
import { announcementsOf } from "@parley/runtime/frames"
import type { KeyVault } from "@parley/runtime/KeyVault"
import * as Effect from "effect/Effect"
import { type FramedEvent, framed } from "./FramedEvent.ts"

export interface ConversationLog {
  readonly headPosition: Effect.Effect<Position, Unavailable>
  readonly head: (conversation: string) => Effect.Effect<Head | undefined, Unavailable>
  /** Ascending from `from` (inclusive), at most `limit`; fewer only at the head. */
  readonly forward: (
    conversation: string,
    from: number,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<FramedEvent>, Unavailable>
  /** Descending from `from` (inclusive), at most `limit`, as they stand. */
  readonly backward: (
    conversation: string,
    from: number,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<RecordedEvent>, Unavailable>
  /** In the order given. */
  readonly framed: (
    events: ReadonlyArray<RecordedEvent>,
  ) => Effect.Effect<ReadonlyArray<FramedEvent>, Unavailable>
}

const unavailable = (error: { readonly _tag: string; readonly reason?: string }) =>
  new Unavailable({ reason: error.reason ?? error._tag })

const stream = (conversation: string): string => `conversation-${conversation}`

export const conversationLog = (
  store: Pick<EventStore["Service"], "head" | "headPosition" | "readStream">,
  vault: KeyVault["Service"],
): ConversationLog => {
  const framedOf = (events: ReadonlyArray<RecordedEvent>) =>
    events.length === 0
      ? Effect.succeed<ReadonlyArray<FramedEvent>>([])
      : announcementsOf(vault, events).pipe(
          Effect.map((announcements) => announcements.map(framed)),
          Effect.mapError(unavailable),
        )
  const read = (conversation: string, direction: "forward" | "backward", from: number, limit: number) =>
    store.readStream(stream(conversation), { direction, from, limit }).pipe(Effect.mapError(unavailable))
  return {
    headPosition: Effect.mapError(store.headPosition, unavailable),
    head: (conversation) => Effect.mapError(store.head(stream(conversation)), unavailable),
    forward: (conversation, from, limit) =>
      Effect.flatMap(read(conversation, "forward", from, limit), framedOf),
    backward: (conversation, from, limit) => read(conversation, "backward", from, limit),
    framed: framedOf,
  }
}
