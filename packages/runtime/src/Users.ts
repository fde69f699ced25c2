/**
 * Users as the rest of the server sees them: ask one to change what is his, and read how it stands.
 *
 * Always true: no answer leaves before every event that it depends on is durable. What is read is as of the call: it holds every
 * change acknowledged before, on any node, and asks no entity. Somebody never seen reads as one who has changed nothing.
 * Not for: who reads what of a conversation; that is the projections' affair.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Rejection } from "@parley/domain/Rejection"
import type { CursorsMoved, DeviceCursors, UserAnswer } from "@parley/domain/user/commands"
import type { CursorMap } from "@parley/domain/user/events"
import type { Device, Privacy } from "@parley/domain/user/state"
import type { Platform, PushLoss, QuietHours } from "@parley/domain/user/vocabulary"
import type { Push } from "@parley/domain/wire/users"
import type { Origin } from "./Conversations.ts"
import type { Unavailable } from "./errors.ts"

/** `origin.actor` is the user himself: nobody changes what is another's. Absent fields of a profile stay as they are. */
export type UserRequest =
  | { readonly _tag: "Register"; readonly origin: Origin; readonly name?: string }
  | {
      readonly _tag: "ChangeProfile"
      readonly origin: Origin
      readonly name?: string
      readonly avatarMediaId?: string | null
      readonly shareLastSeen?: boolean
      readonly sendReadReceipts?: boolean
      readonly quietHours?: QuietHours | null
    }
  | {
      readonly _tag: "RegisterDevice"
      readonly origin: Origin
      readonly device: string
      readonly platform: Platform
      readonly push?: Push
    }
  | { readonly _tag: "RevokeDevice"; readonly origin: Origin; readonly device: string }
  /** Takes the token or subscription away, if it is still the one that stands. `because`: see `DevicePushDropped`. */
  | {
      readonly _tag: "DropPush"
      readonly origin: Origin
      readonly device: string
      readonly push: Push
      readonly because: PushLoss
    }
  | { readonly _tag: "Block" | "Unblock"; readonly origin: Origin; readonly user: string }
  | { readonly _tag: "Mute" | "Unmute"; readonly origin: Origin; readonly conversation: string }
  | ({ readonly _tag: "MoveCursors"; readonly origin: Origin } & CursorMoves)

/** Each device once. Clamped to the heads of the conversations by the caller. */
export interface CursorMoves {
  readonly read: CursorMap
  readonly delivered: ReadonlyArray<DeviceCursors>
}

export type UserReply =
  | { readonly _tag: "Answered"; readonly answer: UserAnswer }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection }

/** `name`: opened; absent when none was given, or the person has been erased. */
export interface Profile {
  readonly user: string
  readonly name?: string
  readonly avatarMediaId?: string
}

/** Times in milliseconds. */
type Since = ReadonlyMap<string, number>

export class Users extends Context.Service<
  Users,
  {
    /** Makes `origin.actor` known, with a name if one is given. Cheap when it was done before in this process. */
    readonly register: (origin: Origin, name?: string) => Effect.Effect<void, Unavailable>
    /** `Unavailable`: nothing is known of the outcome; every request may be repeated. Blocks: see `DirectRestrictions`. */
    readonly ask: (request: UserRequest) => Effect.Effect<UserReply, Unavailable>
    /** Only what is higher moves; the answer tells what did. One command a second and user is what it is made for. */
    readonly moveCursors: (origin: Origin, moves: CursorMoves) => Effect.Effect<CursorsMoved, Unavailable>
    /** `undefined`: never seen. */
    readonly profile: (user: string) => Effect.Effect<Profile | undefined, Unavailable>
    readonly privacy: (user: string) => Effect.Effect<Privacy, Unavailable>
    /** `undefined`: none. */
    readonly quietHours: (user: string) => Effect.Effect<QuietHours | undefined, Unavailable>
    /** Whom he blocks, since when. */
    readonly blocks: (user: string) => Effect.Effect<Since, Unavailable>
    /** Which conversations he has muted, since when. */
    readonly mutes: (user: string) => Effect.Effect<Since, Unavailable>
    readonly devices: (user: string) => Effect.Effect<ReadonlyMap<string, Device>, Unavailable>
    /** The device was revoked, and not registered since. */
    readonly isRevoked: (user: string, device: string) => Effect.Effect<boolean, Unavailable>
    /** How far he has read; the latest moved 5,000 conversations at least (`domain/user/bounds.ts`). */
    readonly cursors: (user: string) => Effect.Effect<ReadonlyMap<string, number>, Unavailable>
  }
>()("@parley/runtime/Users") {}
