/**
 * The facts of a user, in the order of his stream. Always true: a stable name and a version stand on disk (see `codec.ts`); personal
 * strings are sealed, and beside each stands its MAC, keyed with the same person's key, so that a repeat is recognised unopened.
 */
import * as Schema from "effect/Schema"
import { Sealed } from "../Sealed.ts"
import { ConversationId, DeviceId, MediaId, UserId } from "../ids.ts"
import { Timestamp } from "../Timestamp.ts"
import { Platform, PushLoss, PushProvider, QuietHours } from "./vocabulary.ts"

/** This person has been seen for the first time. */
export const UserRegistered = Schema.TaggedStruct("UserRegistered", {
  ts: Timestamp,
  user_id: UserId,
  name: Schema.optionalKey(Sealed),
  name_mac: Schema.optionalKey(Schema.String),
})
export type UserRegistered = typeof UserRegistered.Type

/** The person signed in under another name and goes by it from now on. Names in past messages are not affected: messages carry none. */
export const UserRenamed = Schema.TaggedStruct("UserRenamed", {
  ts: Timestamp,
  user_id: UserId,
  name: Sealed,
  name_mac: Schema.String,
})
export type UserRenamed = typeof UserRenamed.Type

/** The person changed what others see of him. What is absent stays; `null` takes the picture away. */
export const ProfileChanged = Schema.TaggedStruct("ProfileChanged", {
  ts: Timestamp,
  name: Schema.optionalKey(Sealed),
  name_mac: Schema.optionalKey(Schema.String),
  avatar_media_id: Schema.optionalKey(Schema.NullOr(MediaId)),
})
export type ProfileChanged = typeof ProfileChanged.Type

/** Both settings as they stand from now on. What was told before is not taken back. */
export const PrivacyChanged = Schema.TaggedStruct("PrivacyChanged", {
  ts: Timestamp,
  share_last_seen: Schema.Boolean,
  send_read_receipts: Schema.Boolean,
})
export type PrivacyChanged = typeof PrivacyChanged.Type

/** When the person wants no push of messages from now on; `null`: at no time. What was pushed before is not taken back. */
export const QuietHoursChanged = Schema.TaggedStruct("QuietHoursChanged", {
  ts: Timestamp,
  quiet_hours: Schema.NullOr(QuietHours),
})
export type QuietHoursChanged = typeof QuietHoursChanged.Type

/**
 * The device stands as described here, new or not, and is no longer revoked. `push`: the sealed JSON of the token or subscription.
 * Absent: it gets no push. Does not imply that it is connected.
 */
export const DeviceRegistered = Schema.TaggedStruct("DeviceRegistered", {
  ts: Timestamp,
  device_id: DeviceId,
  platform: Platform,
  provider: Schema.optionalKey(PushProvider),
  push: Schema.optionalKey(Sealed),
  push_mac: Schema.optionalKey(Schema.String),
})
export type DeviceRegistered = typeof DeviceRegistered.Type

/** Its connections end and it gets no other until it is registered again. It need not have been registered before. */
export const DeviceRevoked = Schema.TaggedStruct("DeviceRevoked", { ts: Timestamp, device_id: DeviceId })
export type DeviceRevoked = typeof DeviceRevoked.Type

/**
 * The token or subscription that stood is taken away, and the device stays registered. `dead`: its service says that it reaches nobody.
 * `moved`: another device registered the same one. Does not imply that the person asked for it.
 */
export const DevicePushDropped = Schema.TaggedStruct("DevicePushDropped", {
  ts: Timestamp,
  device_id: DeviceId,
  because: PushLoss,
})
export type DevicePushDropped = typeof DevicePushDropped.Type

/** `user_id`: who is blocked. Their direct conversation hears of it by a fact of its own. */
export const UserBlocked = Schema.TaggedStruct("UserBlocked", { ts: Timestamp, user_id: UserId })
export type UserBlocked = typeof UserBlocked.Type

export const UserUnblocked = Schema.TaggedStruct("UserUnblocked", { ts: Timestamp, user_id: UserId })
export type UserUnblocked = typeof UserUnblocked.Type

/** The person wants no push of this conversation. It outlasts leaving and joining again. */
export const ConversationMuted = Schema.TaggedStruct("ConversationMuted", {
  ts: Timestamp,
  conversation_id: ConversationId,
})
export type ConversationMuted = typeof ConversationMuted.Type

export const ConversationUnmuted = Schema.TaggedStruct("ConversationUnmuted", {
  ts: Timestamp,
  conversation_id: ConversationId,
})
export type ConversationUnmuted = typeof ConversationUnmuted.Type

/** Conversation → the last `seq` that it covers. */
export const CursorMap = Schema.Record(ConversationId, Schema.Int)
export type CursorMap = typeof CursorMap.Type

/** The person has read these conversations up to these places; only what moved. */
export const ReadUpTo = Schema.TaggedStruct("ReadUpTo", { ts: Timestamp, cursors: CursorMap })
export type ReadUpTo = typeof ReadUpTo.Type

/** This device has got these conversations up to these places; only what moved. */
export const Delivered = Schema.TaggedStruct("Delivered", {
  ts: Timestamp,
  device_id: DeviceId,
  cursors: CursorMap,
})
export type Delivered = typeof Delivered.Type

export const UserEvent = Schema.Union([
  UserRegistered,
  UserRenamed,
  ProfileChanged,
  PrivacyChanged,
  QuietHoursChanged,
  DeviceRegistered,
  DeviceRevoked,
  DevicePushDropped,
  UserBlocked,
  UserUnblocked,
  ConversationMuted,
  ConversationUnmuted,
  ReadUpTo,
  Delivered,
])
export type UserEvent = typeof UserEvent.Type
