/**
 * The shapes of identifiers (protocol, section 1). Only shapes: how a fresh id is made is the runtime's affair.
 */
import * as Schema from "effect/Schema"

const USER = /^[A-Za-z0-9_\-.:@]{1,64}$/
const CROCKFORD = "[0-9abcdefghjkmnpqrstvwxyz]{26}"

/** Chosen by the embedding application. A pseudonym by contract: it stands in the log for ever. */
export const UserId = Schema.String.check(Schema.isPattern(USER))
export type UserId = typeof UserId.Type

/** Chosen by the client, one per installation or browser tab. */
export const DeviceId = Schema.String.check(Schema.isPattern(USER))
export type DeviceId = typeof DeviceId.Type

/** `cnv_` and 26 characters of lower-case Crockford base32. */
export const ConversationId = Schema.String.check(Schema.isPattern(new RegExp(`^cnv_${CROCKFORD}$`)))
export type ConversationId = typeof ConversationId.Type

/** `msg_` and 26 characters of lower-case Crockford base32, assigned by the server. */
export const MessageId = Schema.String.check(Schema.isPattern(new RegExp(`^msg_${CROCKFORD}$`)))
export type MessageId = typeof MessageId.Type

/** `med_` and 1 to 64 word characters, assigned by the server. It stands readable in the log, so it must not be able to hold a sentence. */
export const MediaId = Schema.String.check(Schema.isPattern(/^med_[A-Za-z0-9_-]{1,64}$/))
export type MediaId = typeof MediaId.Type

/** The idempotency key of a send: 1 to 64 printable ASCII characters without spaces. */
export const ClientMessageId = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,64}$/))
export type ClientMessageId = typeof ClientMessageId.Type

/** A client's own request id: 1 to 64 printable ASCII characters. */
export const RequestId = Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,64}$/))
export type RequestId = typeof RequestId.Type

/** The event id of a frame with a `seq`: the same for every repetition of that frame. */
export const frameEventId = (conversation: ConversationId, seq: number): string =>
  `evt_${conversation.slice(4)}${seq}`
