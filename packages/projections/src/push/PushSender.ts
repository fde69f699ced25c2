/**
 * The sender port: one push to one device, handed to the service that reaches it.
 *
 * Always true: `send` never fails. What the service said becomes one of four outcomes, and trying again is the queue's affair: a sender
 * asks once, or as often as its SDK insists on, and does not wait for better times.
 * Not for: deciding who gets a push (`decidePush.ts`), nor for what it says (`renderNotice.ts`).
 */
import type { Platform } from "@parley/domain/user/vocabulary"
import type { Push } from "@parley/domain/wire/users"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Where the push of a device goes: FCM's registration token, or a browser's subscription. */
export type PushTarget = Push

/**
 * `message`: somebody wrote. `clear`: what was shown under the collapse key is to vanish, silently. `security`: something about one's
 * own account.
 */
export type PushKind = "message" | "clear" | "security"

export interface PushNotice {
  readonly kind: PushKind
  readonly userId: string
  readonly deviceId: string
  readonly platform: Platform
  /** Absent for security, and for a message push that stands for several conversations. */
  readonly conversationId?: string
  /** Absent for `clear`. With content left out by setting they name neither people nor what was said. */
  readonly title?: string
  readonly body?: string
  /** Unread over the whole inbox, for the icon. */
  readonly badge: number
  /** A later push takes the place of an earlier one with the same key. At most 32 characters of `A-Z a-z 0-9 - _`. */
  readonly collapseKey: string
  /** How long the service shall try to reach the device. */
  readonly ttlSeconds: number
  /** `high` may wake the device, `normal` not. */
  readonly urgency: "high" | "normal"
  /** For the app, ids and numbers only: `kind`, and where they apply `conversation_id`, `seq`, `count`, `device_id`, `event`. */
  readonly data: Readonly<Record<string, string>>
}

export type SendOutcome =
  /** The service took it. */
  | { readonly _tag: "Sent" }
  /** Not now: 429, 5xx, no connection. `afterMs`: the least wait the service asked for. */
  | { readonly _tag: "Retry"; readonly afterMs?: number; readonly reason: string }
  /** The target reaches nobody any more: it is taken away from the device. */
  | { readonly _tag: "Gone"; readonly reason: string }
  /** The service will never take this one: the job is parked. */
  | { readonly _tag: "Rejected"; readonly reason: string }

export class PushSender extends Context.Service<
  PushSender,
  { readonly send: (target: PushTarget, notice: PushNotice) => Effect.Effect<SendOutcome> }
>()("@parley/projections/PushSender") {}
