/** What the routes need, built once by the composition root. */
import type { Limits } from "@parley/domain/limits"
import type { Directory } from "@parley/projections/Directory"
import type { History } from "@parley/projections/History"
import type { Inbox } from "@parley/projections/Inbox"
import type { Membership } from "@parley/projections/Membership"
import type { ReceiptReads } from "@parley/projections/ReceiptReads"
import type { Reads } from "@parley/projections/Reads"
import type { Conversations } from "@parley/runtime/Conversations"
import type { EventStore } from "@parley/runtime/EventStore"
import type { KeyVault } from "@parley/runtime/KeyVault"
import type { Users } from "@parley/runtime/Users"
import type * as Effect from "effect/Effect"
import type { AccessTokens } from "../auth/AccessTokens.ts"
import type { StreamTokens } from "../auth/StreamTokens.ts"
import type { RouteDescription } from "../documents/RouteDescription.ts"
import type { RateLimiter } from "../limits/RateLimiter.ts"
import type { DevicePushes } from "../push/DevicePushes.ts"
import type { Refused } from "../problems.ts"
import type { ReceiptCursors } from "../stream/receipts/ReceiptCursors.ts"
import type { StreamServer } from "../stream/StreamServer.ts"
import type { Answer } from "./Answer.ts"
import type { Call } from "./Call.ts"

export type Needs =
  | AccessTokens
  | Conversations
  | DevicePushes
  | Directory
  | EventStore
  | History
  | Inbox
  | KeyVault
  | Membership
  | Reads
  | ReceiptCursors
  | ReceiptReads
  | StreamServer
  | StreamTokens
  | Users

export interface Shared {
  readonly limits: Limits
  readonly limiter: RateLimiter
  /** Milliseconds. */
  readonly now: () => number
}

export type Handler = (call: Call, shared: Shared) => Effect.Effect<Answer, Refused, Needs>

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** `:name` stands for one segment. */
  readonly path: `/${string}`
  readonly about: RouteDescription
  readonly handle: Handler
}
