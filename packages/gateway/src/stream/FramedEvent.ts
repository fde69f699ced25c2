/**
 * One event of a conversation, framed for sockets once, whoever gets it and whether it comes live, from a ring or from the log.
 *
 * Always true: equal events are equal bytes.
 */
import type { Announcement } from "@parley/runtime/Broker"
import { textFrame } from "./textFrame.ts"

export interface FramedEvent {
  readonly conversation: string
  readonly seq: number
  /** At or after the event's own place in the log: never too low. */
  readonly position: number
  readonly bytes: Buffer
  /** For a message: who sent it, and what his own connections get. */
  readonly sender: string | undefined
  readonly senderBytes: Buffer | undefined
  readonly added: ReadonlyArray<string> | undefined
  readonly removed: ReadonlyArray<string> | undefined
  /** For an event about an earlier message: that message's `seq`, and what those get who may not see it. */
  readonly about: number | undefined
  readonly hiddenBytes: Buffer | undefined
  /** Whether it changes what that message says. */
  readonly rewrites: boolean
}

export const framed = (announcement: Announcement): FramedEvent => ({
  conversation: announcement.conversation,
  seq: announcement.seq,
  position: announcement.position,
  bytes: textFrame(announcement.frame),
  sender: announcement.sender,
  senderBytes: announcement.senderFrame === undefined ? undefined : textFrame(announcement.senderFrame),
  added: announcement.added,
  removed: announcement.removed,
  about: announcement.about,
  hiddenBytes: announcement.hiddenFrame === undefined ? undefined : textFrame(announcement.hiddenFrame),
  rewrites: announcement.rewrites === true,
})

export const bytesFor = (event: FramedEvent, user: string): Buffer =>
  event.senderBytes !== undefined && event.sender === user ? event.senderBytes : event.bytes

export const removes = (event: FramedEvent, user: string): boolean =>
  event.removed !== undefined && event.removed.includes(user)
