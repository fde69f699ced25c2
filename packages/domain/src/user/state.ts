/**
 * What a user's entity must remember to decide, and what readers of his own state are told.
 *
 * Always true: bounded, whatever he does (`bounds.ts`); nothing personal stands in it unsealed.
 */
import type { ConversationId, DeviceId, UserId } from "../ids.ts"
import type { Sealed } from "../Sealed.ts"
import type { Timestamp } from "../Timestamp.ts"
import type { Cursors } from "./Cursors.ts"
import type { Platform, PushProvider, QuietHours } from "./vocabulary.ts"

/** Never seen. `revision` is -1: nothing is in the stream. */
export interface Unknown {
  readonly _tag: "Unknown"
  readonly revision: number
}

export interface Device {
  readonly platform: Platform
  /** Of the latest registration. */
  readonly registeredAt: Timestamp
  /** Of the first one, or the first after it was revoked. */
  readonly knownSince: Timestamp
  readonly provider?: PushProvider
  readonly push?: Sealed
  readonly pushMac?: string
}

export interface Privacy {
  readonly shareLastSeen: boolean
  readonly sendReadReceipts: boolean
}

export const defaultPrivacy: Privacy = { shareLastSeen: true, sendReadReceipts: true }

/** What most people have of most things: thousands of states are held, and an empty map of one's own takes 250 bytes. */
export const noEntries: ReadonlyMap<never, never> = new Map<never, never>()

export interface Known {
  readonly _tag: "Known"
  readonly revision: number
  readonly registeredAt: Timestamp
  /** No later event is stamped earlier than this. */
  readonly lastTs: Timestamp
  readonly name?: Sealed
  readonly nameMac?: string
  readonly avatar?: string
  readonly privacy: Privacy
  /** Absent: he wants pushes at any time. */
  readonly quietHours?: QuietHours
  readonly devices: ReadonlyMap<DeviceId, Device>
  /** When each was revoked, the oldest first. None of them is among `devices`. */
  readonly revoked: ReadonlyMap<DeviceId, Timestamp>
  /** Since when each is blocked. */
  readonly blocks: ReadonlyMap<UserId, Timestamp>
  readonly mutes: ReadonlyMap<ConversationId, Timestamp>
  readonly read: Cursors
  /** By `deliveredName`. */
  readonly delivered: Cursors
}

export type UserState = Unknown | Known

export const initial: UserState = { _tag: "Unknown", revision: -1 }
