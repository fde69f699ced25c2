/**
 * Bodies and answers of the routes of people, blocks, mutes and devices (protocol, section 6).
 *
 * Always true: a body is decoded by these and nothing else, and OpenAPI is made from them.
 */
import * as Schema from "effect/Schema"
import { ConversationId, DeviceId, MediaId, UserId } from "../ids.ts"
import { Platform, PushProvider, QuietHours } from "../user/vocabulary.ts"
import { WireTime } from "./conversation.ts"

/** Shown in lists: longer ones are malformed. */
export const PersonName = Schema.String.check(Schema.isMinLength(1), Schema.isMaxCodePoints(200))

const person = {
  user_id: UserId,
  /** The user id, as long as there is no other name. */
  name: Schema.String,
  avatar_media_id: Schema.optionalKey(MediaId),
}

/** GET /v1/users/{id} */
export const Profile = Schema.Struct(person)
export type Profile = typeof Profile.Type

/** GET and PUT /v1/users/me */
export const OwnProfile = Schema.Struct({
  ...person,
  share_last_seen: Schema.Boolean,
  send_read_receipts: Schema.Boolean,
  quiet_hours: Schema.optionalKey(QuietHours),
})
export type OwnProfile = typeof OwnProfile.Type

/** PUT /v1/users/me. What is left out stays as it is; `null` takes the picture or the quiet hours away. */
export const PutProfile = Schema.Struct({
  name: Schema.optionalKey(PersonName),
  avatar_media_id: Schema.optionalKey(Schema.NullOr(MediaId)),
  share_last_seen: Schema.optionalKey(Schema.Boolean),
  send_read_receipts: Schema.optionalKey(Schema.Boolean),
  quiet_hours: Schema.optionalKey(Schema.NullOr(QuietHours)),
})
export type PutProfile = typeof PutProfile.Type

/** GET /v1/users */
export const People = Schema.Struct({
  items: Schema.Array(Profile),
  next_cursor: Schema.optionalKey(Schema.String),
})
export type People = typeof People.Type

/** GET /v1/users/me/blocks */
export const Blocks = Schema.Struct({
  items: Schema.Array(Schema.Struct({ user_id: UserId, blocked_at: WireTime })),
})
export type Blocks = typeof Blocks.Type

/** GET /v1/users/me/mutes */
export const Mutes = Schema.Struct({
  items: Schema.Array(Schema.Struct({ conversation_id: ConversationId, muted_at: WireTime })),
})
export type Mutes = typeof Mutes.Type

/** FCM's registration token. */
const PushToken = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,4096}$/u))

/**
 * A browser's `PushSubscription`, as its `toJSON` gives it: an uncompressed point of P-256 (65 bytes) and a secret (16 bytes), base64url. Plain
 * `http` is for a push service on the same machine, where the server is configured for one.
 */
const PushSubscription = Schema.Struct({
  endpoint: Schema.String.check(
    Schema.isPattern(/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])[\x21-\x7e]{1,2000}$/u),
  ),
  expirationTime: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  keys: Schema.Struct({
    p256dh: Schema.String.check(Schema.isPattern(/^B[A-Za-z0-9_-]{86}=?$/u)),
    auth: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{22}(==)?$/u)),
  }),
})

/** Where a push for this device goes. */
export const Push = Schema.Union([
  Schema.Struct({ provider: Schema.Literal("fcm"), token: PushToken }),
  Schema.Struct({ provider: Schema.Literal("webpush"), subscription: PushSubscription }),
])
export type Push = typeof Push.Type

/** PUT /v1/devices/{device_id}: the whole device. */
export const PutDevice = Schema.Struct({ platform: Platform, push: Schema.optionalKey(Push) })
export type PutDevice = typeof PutDevice.Type

/** Its token or subscription is written and never shown. */
export const Device = Schema.Struct({
  device_id: DeviceId,
  platform: Platform,
  push: Schema.optionalKey(Schema.Struct({ provider: PushProvider })),
  registered_at: WireTime,
})
export type Device = typeof Device.Type

/** GET /v1/push/config */
export const PushConfig = Schema.Struct({ vapid_public_key: Schema.optionalKey(Schema.String) })
export type PushConfig = typeof PushConfig.Type

/** GET /v1/devices */
export const Devices = Schema.Struct({ items: Schema.Array(Device) })
export type Devices = typeof Devices.Type
