/**
 * Receipts and markers as frames (protocol, section 4), as JSON text. They have no `seq`, are no events, and may be lost.
 *
 * Always true: they follow the schemas of the domain's `serverFrames.ts`; a test holds the two together.
 */
import type { Marker } from "@parley/projections/Markers"
import { noteFrame } from "../noteFrame.ts"

/** Up to `upToSeq`; `lastRead`: the newest message there. */
export interface Reading {
  readonly conversation: string
  readonly user: string
  readonly upToSeq: number
  readonly lastRead: string
}

/** `messageId`: the newest message there of the one who is told. */
export interface Delivery {
  readonly conversation: string
  readonly user: string
  readonly device: string
  readonly upToSeq: number
  readonly messageId: string
}

export const receiptReadFrame = (now: number, { conversation, lastRead, upToSeq, user }: Reading): Buffer =>
  noteFrame(now, "receipt.read", conversation, { user_id: user, last_read: lastRead, up_to_seq: upToSeq })

export const receiptDeliveryFrame = (
  now: number,
  { conversation, device, messageId, upToSeq, user }: Delivery,
): Buffer =>
  noteFrame(now, "receipt.delivery", conversation, {
    recipient_id: user,
    device_id: device,
    up_to_seq: upToSeq,
    message_id: messageId,
  })

export const inboxUpdatedFrame = (now: number, { conversation, lastSeq, readSeq, unread }: Marker): Buffer =>
  noteFrame(now, "inbox.updated", conversation, { last_seq: lastSeq, read_seq: readSeq, unread })
