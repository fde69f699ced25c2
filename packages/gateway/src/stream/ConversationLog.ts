/**
 * The log of conversations as the stream reads it: heads, and pages of framed events.
 *
 * Always true: what it returns is durable. Failures are all `Unavailable`: what follows is the same.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import { Unavailable } from "@parley/runtime/errors"
import type { EventStore, Head, Position, RecordedEvent } from "@parley/runtime/EventStore"
import { announcementsOf } from "@parley/runtime/frames"
import type { KeyVault } from "@parley/runtime/KeyVault"
import { presentWords } from "@parley/runtime/presentWords"
import * as Effect from "effect/Effect"
import { type FramedEvent, framed } from "./FramedEvent.ts"

export interface ConversationLog {
  readonly headPosition: Effect.Effect<Position, Unavailable>
  readonly head: (conversation: string) => Effect.Effect<Head | undefined, Unavailable>
  /** The same without waiting, where the store has it in memory. */
  readonly headNow: (conversation: string) => Head | undefined
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
  /** Whether members see only what happened since they joined. */
  readonly fromJoin: (conversation: string) => Effect.Effect<boolean, Unavailable>
  /** In the order given: one conversation's, consecutive. They say what is said at their end (`presentWords.ts`). */
  readonly present: (
    events: ReadonlyArray<RecordedEvent>,
  ) => Effect.Effect<ReadonlyArray<FramedEvent>, Unavailable>
}

const unavailable = (error: { readonly _tag: string; readonly reason?: string }) =>
  new Unavailable({ reason: error.reason ?? error._tag })

const fromJoinOf = ([first]: ReadonlyArray<RecordedEvent>): Effect.Effect<boolean, Unavailable> => {
  if (first?.type !== "ConversationCreated")
    return Effect.fail(new Unavailable({ reason: "a conversation without its first event" }))
  const created = decodeEvent(first)
  return Effect.succeed(created._tag === "ConversationCreated" && created.history === "from_join")
}

const stream = (conversation: string): string => `conversation-${conversation}`

export const conversationLog = (
  store: Pick<EventStore["Service"], "head" | "headNow" | "headPosition" | "readStream">,
  vault: KeyVault["Service"],
): ConversationLog => {
  const framedOf = (events: ReadonlyArray<RecordedEvent>, amend?: typeof presentWords) =>
    events.length === 0
      ? Effect.succeed<ReadonlyArray<FramedEvent>>([])
      : announcementsOf(vault, events, amend).pipe(
          Effect.map((announcements) => announcements.map(framed)),
          Effect.mapError(unavailable),
        )
  const read = (conversation: string, direction: "forward" | "backward", from: number, limit: number) =>
    store.readStream(stream(conversation), { direction, from, limit }).pipe(Effect.mapError(unavailable))
  return {
    headPosition: Effect.mapError(store.headPosition, unavailable),
    head: (conversation) => Effect.mapError(store.head(stream(conversation)), unavailable),
    headNow: (conversation) => store.headNow?.(stream(conversation)),
    forward: (conversation, from, limit) =>
      Effect.flatMap(read(conversation, "forward", from, limit), (events) => framedOf(events)),
    backward: (conversation, from, limit) => read(conversation, "backward", from, limit),
    fromJoin: (conversation) => Effect.flatMap(read(conversation, "forward", 0, 1), fromJoinOf),
    present: (events) => framedOf(events, presentWords),
  }
}
