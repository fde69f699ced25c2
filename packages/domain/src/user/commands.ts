/** What can be asked of a user, and what he answers. Time, actor and sealed content arrive in the command. */
import type { ConversationId, DeviceId, UserId } from "../ids.ts"
import type { Sealed } from "../Sealed.ts"
import type { Timestamp } from "../Timestamp.ts"
import type { CursorMap } from "./events.ts"
import type { Platform, PushLoss, PushProvider, QuietHours } from "./vocabulary.ts"

interface Envelope {
  /** The user himself: nobody else changes what is his. */
  readonly actor: UserId
  /** The server's time at arrival; a decision never stamps an event earlier than the one before it. */
  readonly now: Timestamp
}

/** A personal string, and the MAC by which a repeat of it is recognised. */
export interface Personal {
  readonly sealed: Sealed
  readonly mac: string
}

/** Makes the actor known. Giving no name leaves the name that stands. */
export interface Register extends Envelope {
  readonly _tag: "Register"
  readonly name?: Personal
}

/** What is left out stays as it is; `null` takes the picture or the quiet hours away. */
export interface ChangeProfile extends Envelope {
  readonly _tag: "ChangeProfile"
  readonly name?: Personal
  readonly avatarMediaId?: string | null
  readonly shareLastSeen?: boolean
  readonly sendReadReceipts?: boolean
  readonly quietHours?: QuietHours | null
}

/** The whole device: a push that is left out is taken away. */
export interface RegisterDevice extends Envelope {
  readonly _tag: "RegisterDevice"
  readonly device: DeviceId
  readonly platform: Platform
  readonly push?: Personal & { readonly provider: PushProvider }
}

export interface RevokeDevice extends Envelope {
  readonly _tag: "RevokeDevice"
  readonly device: DeviceId
}

/** If what stands is still the one with this MAC. One registered since stays. */
export interface DropPush extends Envelope {
  readonly _tag: "DropPush"
  readonly device: DeviceId
  readonly mac: string
  readonly because: PushLoss
}

export interface Block extends Envelope {
  readonly _tag: "Block" | "Unblock"
  readonly user: UserId
}

export interface Mute extends Envelope {
  readonly _tag: "Mute" | "Unmute"
  readonly conversation: ConversationId
}

/** What one device has got. A list of these, not an object: a device may be called `__proto__`. */
export interface DeviceCursors {
  readonly device_id: DeviceId
  readonly cursors: CursorMap
}

/** Only what is higher than what is remembered moves. Clamping to a conversation's head is the caller's affair. */
export interface MoveCursors extends Envelope {
  readonly _tag: "MoveCursors"
  readonly read: CursorMap
  /** Each device once. */
  readonly delivered: ReadonlyArray<DeviceCursors>
}

export type UserCommand =
  | Register
  | ChangeProfile
  | RegisterDevice
  | RevokeDevice
  | DropPush
  | Block
  | Mute
  | MoveCursors

/** `created` is false when he was known already. */
export interface Registered {
  readonly _tag: "Registered"
  readonly created: boolean
}
/** It is as asked. `changed` is false when it was so before. */
export interface Done {
  readonly _tag: "Done"
  readonly changed: boolean
}
/** What moved, to where and from where: -1 if it never moved before, or that was forgotten. */
export interface CursorsMoved {
  readonly _tag: "CursorsMoved"
  readonly read: CursorMap
  readonly readBefore: CursorMap
  readonly delivered: ReadonlyArray<DeviceCursors & { readonly before: CursorMap }>
}
export type UserAnswer = Registered | Done | CursorsMoved
