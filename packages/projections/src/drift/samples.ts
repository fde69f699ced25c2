/**
 * One comparison of each model with the log, about somebody in some conversation.
 *
 * Always true: it reads at most some 200 events of a stream, whatever its length, and judges only what it can judge from them: a comparison
 * that the next event overtakes is none. `undefined`: not compared; a text: what differs.
 */
import { isDeepStrictEqual } from "node:util"
import { decodeEvent } from "@parley/domain/conversation/codec"
import { decodeUserEvent } from "@parley/domain/user/codec"
import * as Effect from "effect/Effect"
import type { EventStore } from "@parley/runtime/EventStore"
import type { History } from "../History.ts"
import { historyFloor } from "../historyFloor.ts"
import type { Membership } from "../Membership.ts"
import type { Receipts } from "../Receipts.ts"
import { recountMessages, recountUnread } from "./recount.ts"

export const window = 200

export interface Models {
  readonly store: EventStore["Service"]
  readonly history: History["Service"]
  readonly membership: Membership["Service"]
  readonly receipts: Receipts["Service"]
}

export interface Sampled {
  readonly conversation: string
  readonly user: string
}

/** `same`, or what differs. */
export type Comparison = { readonly differs?: string } | undefined

const same: Comparison = {}

/** @param at from 0 to 1: where in the stretch the marker is put. */
export const compareHistory = Effect.fnUntraced(function* (
  { store, history }: Models,
  { conversation, user }: Sampled,
  at: number,
) {
  const view = yield* history.view(conversation, user)
  if (view?.member === undefined) return undefined
  const floor = historyFloor(view.conversation, view.member)
  const from = Math.max(floor, view.conversation.revision - window + 1)
  const page = yield* history.page(conversation, user, { _tag: "After", after: from - 1, limit: window })
  if (page?.member === undefined || page.member.joinedSeq !== view.member.joinedSeq) return undefined
  const last = page.conversation.revision
  const limit = last - from + 1
  const recorded = yield* store.readStream(`conversation-${conversation}`, {
    direction: "forward",
    from,
    limit,
  })
  // The store hides some of them.
  if (recorded.length !== limit) return undefined
  const stretched = { from, events: recorded.map(decodeEvent) }
  const counted = recountMessages(stretched, user).slice(0, window)
  const wrong = counted.findIndex((row, n) => !isDeepStrictEqual(row, page.newer[n]))
  if (wrong >= 0) return { differs: `the message at ${counted[wrong]!.seq}` }
  if (page.newer.length !== counted.length) return { differs: `the number of messages from ${from} on` }
  const place = from + Math.floor(at * limit)
  const [marker] = yield* history.markers(user, [[conversation, place]])
  if (marker === undefined || marker.lastSeq !== last || marker.readSeq < from) return same
  const unread = recountUnread(stretched, user, marker.readSeq)
  return unread === marker.unread ? same : { differs: `unread after ${marker.readSeq}: not ${unread}` }
})

export const compareMembership = Effect.fnUntraced(function* (
  { store, membership }: Models,
  { conversation, user }: Sampled,
) {
  const row = (yield* membership.of(user, -1)).find((one) => one.conversation === conversation)
  if (row === undefined) return undefined
  const seq = row.removedSeq ?? row.joinedSeq
  const [recorded] = yield* store.readStream(`conversation-${conversation}`, {
    direction: "forward",
    from: seq,
    limit: 1,
  })
  if (recorded === undefined || recorded.revision !== seq) return undefined
  const event = decodeEvent(recorded)
  const found = row.member
    ? (event._tag === "ConversationCreated" || event._tag === "MemberAdded") &&
      event.members.some((member) => member.user_id === user)
    : event._tag === "MemberRemoved" && event.user_ids.includes(user)
  return found ? same : { differs: `what happened at ${seq}` }
})

export const compareReceipts = Effect.fnUntraced(function* (
  { store, receipts }: Models,
  { conversation, user }: Sampled,
) {
  const before = yield* receipts.position
  const [cursors] = yield* receipts.ofUsers(conversation, [user])
  // It moved meanwhile: nobody can say what it knew when it was asked.
  if (cursors === undefined || (yield* receipts.position) !== before) return undefined
  const recorded = yield* store
    .readStream(`user-${user}`, { direction: "backward", limit: window })
    .pipe(Effect.catchTag("StreamNotFound", () => Effect.succeed([])))
  const events = recorded.filter((one) => one.position <= before).map(decodeUserEvent)
  const read = events.find((event) => event._tag === "ReadUpTo" && conversation in event.cursors)
  if (read?._tag === "ReadUpTo" && read.cursors[conversation] !== cursors.readUpTo)
    return { differs: `how far he has read: not ${read.cursors[conversation]}` }
  for (const { device, deliveredUpTo } of cursors.devices) {
    const got = events.find(
      (event) => event._tag === "Delivered" && event.device_id === device && conversation in event.cursors,
    )
    if (got?._tag === "Delivered" && got.cursors[conversation] !== deliveredUpTo)
      return { differs: `what ${device} has got: not ${got.cursors[conversation]}` }
  }
  const privacy = events.find((event) => event._tag === "PrivacyChanged")
  if (privacy?._tag === "PrivacyChanged" && privacy.send_read_receipts === cursors.hidesReading)
    return { differs: "whether he hides his reading" }
  return same
})
