/**
 * Notes: frames that are no events, to one connection. Live ones as they come; those that it may have missed as what moved since.
 *
 * Always true: only about conversations that the connection is attached to, so somebody removed gets none. A note is never waited
 * for: with too much on its way to the client it is dropped, and what moved is told again when there is room.
 */
import type { Marker } from "@parley/projections/Markers"
import type { MovedReceipt } from "@parley/projections/ReceiptReads"
import type { Note } from "@parley/runtime/Broker"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { inboxUpdatedFrame, receiptDeliveryFrame, receiptReadFrame } from "./receipts/noteFrames.ts"
import type { Session } from "./Session.ts"
import type { StreamContext } from "./StreamContext.ts"
import { textFrame } from "./textFrame.ts"

/** @param bytes the note's frame, for any socket. */
export const handNote = (session: Session, note: Note, bytes: Buffer): void => {
  if (session.closed || session.device === note.exceptDevice) return
  if (!session.attachments.has(note.conversation)) return
  if (!session.owesNotes && !session.telling && session.offer("receipts", bytes)) return
  session.owesNotes = true
  session.context.congested.add(session)
}

/** The frames, JSON text, of the user's own markers and of others' receipts that moved in these conversations, which he is in. */
export const movedNotes = Effect.fnUntraced(function* (
  { limits, markers, moved, now }: Pick<StreamContext, "limits" | "markers" | "moved" | "now">,
  user: string,
  conversations: ReadonlyArray<string>,
  since: number,
  concerns: (conversation: string) => boolean = () => true,
): Effect.fn.Return<ReadonlyArray<Buffer>, Unavailable> {
  if (conversations.length === 0) return []
  const { others, own } = yield* moved(user, conversations, since, limits.receipts_members)
  const mine = own.filter(concerns)
  const marked: ReadonlyArray<Marker> = mine.length === 0 ? [] : yield* markers(user, mine)
  const at = now()
  return [
    ...marked.map((marker) => inboxUpdatedFrame(at, marker)),
    ...others.filter((one) => concerns(one.conversation)).map((one) => receiptFrame(at, one)),
  ]
})

const receiptFrame = (now: number, moved: MovedReceipt): Buffer =>
  moved.device === undefined
    ? receiptReadFrame(now, moved)
    : receiptDeliveryFrame(now, { ...moved, device: moved.device, messageId: moved.ownMessage })

/** Tells a connection what moved after `since` in those conversations that it is attached to and that `concerns` names. */
export const tellMovedSince = Effect.fnUntraced(function* (
  session: Session,
  since: number,
  concerns: (conversation: string) => boolean = () => true,
): Effect.fn.Return<void, Unavailable> {
  session.owesNotes = false
  const position = yield* session.context.log.headPosition
  yield* tellSince(session, since, concerns)
  session.toldTo = Math.max(session.toldTo, position)
})

/** Likewise in one conversation alone. */
export const tellMovedIn = (
  session: Session,
  conversation: string,
  since: number,
): Effect.Effect<void, Unavailable> => tellSince(session, since, (id) => id === conversation)

const tellSince = (
  session: Session,
  since: number,
  concerns: (conversation: string) => boolean,
): Effect.Effect<void, Unavailable> =>
  Effect.suspend(() => {
    session.telling = true
    return Effect.ensuring(
      tell(session, since, concerns),
      Effect.sync(() => (session.telling = false)),
    )
  })

const tell = Effect.fnUntraced(function* (
  session: Session,
  since: number,
  concerns: (conversation: string) => boolean,
): Effect.fn.Return<void, Unavailable> {
  const { context, user } = session
  const { attachments } = session
  const conversations = attachments.conversations().filter(concerns)
  // Whom one of them lost meanwhile is told nothing of it.
  const frames = yield* movedNotes(context, user, conversations, since, (id) => attachments.has(id))
  for (const frame of frames) {
    if (!session.outbox.hasRoom()) yield* session.outbox.room()
    if (session.closed) return
    session.push(textFrame(frame))
  }
})
