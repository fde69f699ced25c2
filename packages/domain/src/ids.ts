/**
 * The shapes of identifiers (protocol, section 1). Only shapes: how a fresh id is made is the runtime's affair.
 */
import * as Schema from "effect/Schema"

const USER = /^[A-Za-z0-9_\-.:@]{1,64}$/u
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
const CROCKFORD = `[${LETTERS}]{26}`

/** Chosen by the embedding application. A pseudonym by contract: it stands in the log for ever. */
export const UserId = Schema.String.check(Schema.isPattern(USER))
export type UserId = typeof UserId.Type

/** Chosen by the client, one per installation or browser tab. */
export const DeviceId = Schema.String.check(Schema.isPattern(USER))
export type DeviceId = typeof DeviceId.Type

/** `cnv_` and 26 characters of lower-case Crockford base32. */
export const ConversationId = Schema.String.check(Schema.isPattern(new RegExp(`^cnv_${CROCKFORD}$`, "u")))
export type ConversationId = typeof ConversationId.Type

/**
 * `msg_` and 26 characters of lower-case Crockford base32, assigned by the server: 8 for the message's seq, big endian, and 18 random
 * ones, so that whoever has not been shown it cannot name it. For clients it is opaque.
 */
export const MessageId = Schema.String.check(Schema.isPattern(new RegExp(`^msg_${CROCKFORD}$`, "u")))
export type MessageId = typeof MessageId.Type

const isMessageId = Schema.is(MessageId)

/** `med_` and 1 to 64 word characters, assigned by the server. It stands readable in the log, so it must not be able to hold a sentence. */
export const MediaId = Schema.String.check(Schema.isPattern(/^med_[A-Za-z0-9_-]{1,64}$/u))
export type MediaId = typeof MediaId.Type

/** The idempotency key of a send: 1 to 64 printable ASCII characters without spaces. */
export const ClientMessageId = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,64}$/u))
export type ClientMessageId = typeof ClientMessageId.Type

/** A client's own request id: 1 to 64 printable ASCII characters. */
export const RequestId = Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,64}$/u))
export type RequestId = typeof RequestId.Type

/** The event id of a frame with a `seq`: the same for every repetition of that frame. */
export const frameEventId = (conversation: ConversationId, seq: number): string =>
  `evt_${conversation.slice(4)}${seq}`

const seqLetters = 8

/** @param entropy 18 random characters of lower-case Crockford base32. */
export const messageIdAt = (seq: number, entropy: string): MessageId => {
  let text = ""
  for (let rest = seq; text.length < seqLetters; rest = Math.floor(rest / 32))
    text = LETTERS[rest % 32] + text
  return `msg_${text}${entropy}`
}

/** Where the message stands in its conversation if it does at all; `undefined` for what is no message id. */
export const seqOfMessage = (id: string): number | undefined => {
  if (!isMessageId(id)) return undefined
  let seq = 0
  for (let at = 4; at < 4 + seqLetters; at++) seq = seq * 32 + LETTERS.indexOf(id[at]!)
  return seq
}
