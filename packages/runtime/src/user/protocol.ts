/** What a user's entity can be asked over the cluster. The entity id is the user id. */
import { ConversationId, DeviceId, MediaId, UserId } from "@parley/domain/ids"
import { Rejection } from "@parley/domain/Rejection"
import { CursorMap } from "@parley/domain/user/events"
import { Platform, PushLoss, QuietHours } from "@parley/domain/user/vocabulary"
import { Push } from "@parley/domain/wire/users"
import * as Schema from "effect/Schema"
import * as Entity from "effect/cluster/Entity"
import * as Rpc from "effect/rpc/Rpc"
import { Origin } from "../conversation/protocol.ts"
import { Unavailable } from "../errors.ts"

const DeviceCursors = Schema.Struct({ device_id: DeviceId, cursors: CursorMap })

const Request = Schema.Union([
  Schema.TaggedStruct("Register", { origin: Origin, name: Schema.optionalKey(Schema.String) }),
  Schema.TaggedStruct("ChangeProfile", {
    origin: Origin,
    name: Schema.optionalKey(Schema.String),
    avatarMediaId: Schema.optionalKey(Schema.NullOr(MediaId)),
    shareLastSeen: Schema.optionalKey(Schema.Boolean),
    sendReadReceipts: Schema.optionalKey(Schema.Boolean),
    quietHours: Schema.optionalKey(Schema.NullOr(QuietHours)),
  }),
  Schema.TaggedStruct("RegisterDevice", {
    origin: Origin,
    device: DeviceId,
    platform: Platform,
    push: Schema.optionalKey(Push),
  }),
  Schema.TaggedStruct("RevokeDevice", { origin: Origin, device: DeviceId }),
  Schema.TaggedStruct("DropPush", { origin: Origin, device: DeviceId, push: Push, because: PushLoss }),
  Schema.TaggedStruct("Block", { origin: Origin, user: UserId }),
  Schema.TaggedStruct("Unblock", { origin: Origin, user: UserId }),
  Schema.TaggedStruct("Mute", { origin: Origin, conversation: ConversationId }),
  Schema.TaggedStruct("Unmute", { origin: Origin, conversation: ConversationId }),
  Schema.TaggedStruct("MoveCursors", {
    origin: Origin,
    read: CursorMap,
    delivered: Schema.Array(DeviceCursors),
  }),
])

const Answer = Schema.Union([
  Schema.TaggedStruct("Registered", { created: Schema.Boolean }),
  Schema.TaggedStruct("Done", { changed: Schema.Boolean }),
  Schema.TaggedStruct("CursorsMoved", {
    read: CursorMap,
    readBefore: CursorMap,
    delivered: Schema.Array(Schema.Struct({ ...DeviceCursors.fields, before: CursorMap })),
  }),
])

const Reply = Schema.Union([
  Schema.TaggedStruct("Answered", { answer: Answer }),
  Schema.TaggedStruct("Rejected", { rejection: Rejection }),
])

export const UserEntity = Entity.make("User", [
  Rpc.make("Ask", { payload: Request, success: Reply, error: Unavailable }),
])

export const userStream = (id: string): string => `user-${id}`
