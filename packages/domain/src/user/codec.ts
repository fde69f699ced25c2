/** The events of a user as they stand on disk. Names and versions are a storage format: see `StoredEvent.ts`. */
import { eventCodec } from "../eventCodec.ts"
import { UserEvent } from "./events.ts"

const name = ["name", "name_mac"] as const

const codec = eventCodec<UserEvent>(UserEvent, {
  UserRegistered: { type: "UserRegistered", version: 1, fields: ["ts", "user_id", ...name] },
  UserRenamed: { type: "UserRenamed", version: 1, fields: ["ts", "user_id", ...name] },
  ProfileChanged: { type: "ProfileChanged", version: 1, fields: ["ts", ...name, "avatar_media_id"] },
  PrivacyChanged: {
    type: "PrivacyChanged",
    version: 1,
    fields: ["ts", "share_last_seen", "send_read_receipts"],
  },
  QuietHoursChanged: { type: "QuietHoursChanged", version: 1, fields: ["ts", "quiet_hours"] },
  DeviceRegistered: {
    type: "DeviceRegistered",
    version: 1,
    fields: ["ts", "device_id", "platform", "provider", "push", "push_mac"],
  },
  DeviceRevoked: { type: "DeviceRevoked", version: 1, fields: ["ts", "device_id"] },
  DevicePushDropped: { type: "DevicePushDropped", version: 1, fields: ["ts", "device_id", "because"] },
  UserBlocked: { type: "UserBlocked", version: 1, fields: ["ts", "user_id"] },
  UserUnblocked: { type: "UserUnblocked", version: 1, fields: ["ts", "user_id"] },
  ConversationMuted: { type: "ConversationMuted", version: 1, fields: ["ts", "conversation_id"] },
  ConversationUnmuted: { type: "ConversationUnmuted", version: 1, fields: ["ts", "conversation_id"] },
  ReadUpTo: { type: "ReadUpTo", version: 1, fields: ["ts", "cursors"] },
  Delivered: { type: "Delivered", version: 1, fields: ["ts", "device_id", "cursors"] },
})

export const encodeUserEvent = codec.encode
export const decodeUserEvent = codec.decode
