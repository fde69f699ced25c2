/**
 * Whom a message may concern, and how he wants it: what the follower must know beside the log.
 *
 * Always true: at least as new as the follower's place in the log; it may be newer, and access is checked again before anything is
 * sent. The follower says what it saw change (`forget…`), so answers may be remembered.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { MessageSent } from "@parley/domain/conversation/events"
import type { Device } from "@parley/domain/user/state"
import type { Unavailable } from "@parley/runtime/errors"
import type { Position } from "@parley/runtime/EventStore"
import type { PushPerson } from "./decidePush.ts"

/** `joined`: user → the event that brought him in. Absent for a large one, where only who is mentioned counts. */
export interface ConversationAudience {
  readonly count: number
  readonly joined?: ReadonlyMap<string, number>
}

export class Audience extends Context.Service<
  Audience,
  {
    readonly person: (user: string) => Effect.Effect<PushPerson, Unavailable>
    readonly devices: (user: string) => Effect.Effect<ReadonlyMap<string, Device>, Unavailable>
    /** `asOf`: a place in the log up to which it must be known. `undefined`: nothing is known of it. */
    readonly members: (
      conversation: string,
      asOf: Position,
    ) => Effect.Effect<ConversationAudience | undefined, Unavailable>
    /** True if it is remembered that no member has a device that takes pushes: nothing of it needs to be judged. Asks nobody. */
    readonly reachesNobody: (conversation: string) => boolean
    /** Those of its members who are mentioned. */
    readonly mentioned: (
      conversation: string,
      message: MessageSent,
    ) => Effect.Effect<ReadonlySet<string>, Unavailable>
    readonly forgetPerson: (user: string) => void
    readonly forgetMembers: (conversation: string) => void
  }
>()("@parley/projections/push/Audience") {}
