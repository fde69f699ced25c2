/**
 * What members may know of each other's receipts: who has got and read what, what moved, and whom a receipt concerns.
 *
 * Always true: as of the call's arrival; nothing of somebody who is no member, and no reading of somebody who hides it, except to
 * himself.
 * Not for: unread (`Markers.ts`).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore, type Position } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import { History } from "./History.ts"
import { modelsAtHead } from "./modelsAtHead.ts"
import { Reads } from "./Reads.ts"
import { readMoved } from "./receipts/readMoved.ts"
import { readWho } from "./receipts/readWho.ts"
import { Receipts } from "./Receipts.ts"

/** `readUpTo` is 0 for who has never read, and for who hides it. `deliveredUpTo`: the furthest device, or what he has read if that is more. */
export interface MemberReceipts {
  readonly user: string
  readonly deliveredUpTo: number
  readonly readUpTo: number
  readonly devices: ReadonlyArray<{ readonly device: string; readonly deliveredUpTo: number }>
}

export interface WhoHasReadPage {
  /** Only those who have got or read this message; its sender is left out. Absent: every member. */
  readonly messageId?: string
  /** A user id; exclusive. */
  readonly cursor?: string
  readonly limit: number
}

/**
 * A cursor of another member that has moved and covers a message of the reader's. `device` is absent for reading. `lastRead`: the last
 * message of anybody at or before `upToSeq`; `ownMessage`: the reader's own last one there.
 */
export interface MovedReceipt {
  readonly conversation: string
  readonly user: string
  readonly device?: string
  readonly upToSeq: number
  readonly position: Position
  readonly lastRead: string
  readonly ownMessage: string
}

/** A stretch of a conversation: after `after` (exclusive) up to `upTo` (inclusive). */
export interface Stretch {
  readonly conversation: string
  readonly after: number
  readonly upTo: number
}

/**
 * Who said something in a stretch, looking at its newest 200 messages: each sender with his last message there. `last`: the last
 * message at or before the stretch's end, absent when there is none.
 */
export interface Covered {
  readonly last?: { readonly seq: number; readonly messageId: string }
  readonly senders: ReadonlyArray<{
    readonly user: string
    readonly seq: number
    readonly messageId: string
  }>
}

export class ReceiptReads extends Context.Service<
  ReceiptReads,
  {
    /** By user id. `undefined`: the caller is no member, or may not see the message. */
    readonly whoHasRead: (
      conversation: string,
      caller: string,
      page: WhoHasReadPage,
    ) => Effect.Effect<
      { readonly items: ReadonlyArray<MemberReceipts>; readonly nextCursor?: string } | undefined,
      Unavailable
    >
    /**
     * What moved after `since` (a place in the log, exclusive) in these conversations, of at most `maxMembers` members, that the user is
     * in: `own`, those in which his own marker moved (ask `Markers.of` for them), and at most the newest 1,000 receipts of others. Costs
     * one question of one model where nothing moved.
     */
    readonly moved: (
      user: string,
      conversations: ReadonlyArray<string>,
      since: Position,
      maxMembers: number,
    ) => Effect.Effect<
      { readonly own: ReadonlyArray<string>; readonly others: ReadonlyArray<MovedReceipt> },
      Unavailable
    >
    /** For each stretch, in the order given. Whoever moves a cursor over it tells those senders. */
    readonly covered: (
      stretches: ReadonlyArray<Stretch>,
    ) => Effect.Effect<ReadonlyArray<Covered>, Unavailable>
  }
>()("@parley/projections/ReceiptReads") {}

export const layer: Layer.Layer<ReceiptReads, never, EventStore | History | Reads | Receipts> = Layer.effect(
  ReceiptReads,
  Effect.gen(function* () {
    const [store, history, receipts] = [yield* EventStore, yield* History, yield* Receipts]
    const reads = yield* Reads
    return {
      whoHasRead: Effect.fn("ReceiptReads.whoHasRead")(function* (conversation, caller, page) {
        yield* modelsAtHead(store, [receipts])
        return yield* readWho({ reads, receipts }, conversation, caller, page)
      }),
      moved: Effect.fn("ReceiptReads.moved")(function* (user, conversations, since, maxMembers) {
        const asOf = yield* Effect.mapError(store.headPosition, ({ reason }) => new Unavailable({ reason }))
        return yield* readMoved({ history, receipts }, user, conversations, { since, asOf, maxMembers })
      }),
      covered: Effect.fn("ReceiptReads.covered")(function* (stretches) {
        yield* modelsAtHead(store, [history])
        return yield* history.covered(stretches)
      }),
    }
  }),
)
