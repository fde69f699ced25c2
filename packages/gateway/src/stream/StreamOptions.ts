/** What the stream is told by whoever composes it. */
import type { Limits } from "@parley/domain/limits"
import type * as Redacted from "effect/Redacted"
import type { Sheds } from "../limits/shedOrder.ts"
import type { MessageLimiter } from "./StreamContext.ts"
import type { UpgradeLimiter } from "./upgrade.ts"

export interface StreamOptions {
  readonly limits: Limits
  /** Seals cursors; the same on every gateway. */
  readonly secret: Redacted.Redacted
  /** Exact origins; empty: same origin only. */
  readonly allowedOrigins: ReadonlyArray<string>
  readonly limiter: MessageLimiter & UpgradeLimiter
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: ReadonlyArray<string>
  /** Absent: nothing is ever shed. */
  readonly sheds?: Sheds
  /** Default: true. Whether people are shown to each other. */
  readonly showPresence?: boolean
}
