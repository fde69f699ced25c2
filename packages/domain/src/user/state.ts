/** What a user's entity must remember to decide, and how a fact changes it. */
import type { Sealed } from "../Sealed.ts"
import type { Timestamp } from "../Timestamp.ts"
import type { UserEvent } from "./events.ts"

/** Never seen. `revision` is -1: nothing is in the stream. */
export interface Unknown {
  readonly _tag: "Unknown"
  readonly revision: number
}

export interface Known {
  readonly _tag: "Known"
  readonly revision: number
  readonly registeredAt: Timestamp
  readonly lastTs: Timestamp
  readonly name?: Sealed
  readonly nameMac?: string
}

export type UserState = Unknown | Known

export const initial: UserState = { _tag: "Unknown", revision: -1 }

/** Total and pure; an impossible fact counts as a revision and changes nothing else. */
export const evolve = (state: UserState, event: UserEvent): UserState => {
  const revision = state.revision + 1
  if (state._tag === "Unknown")
    return event._tag === "UserRegistered"
      ? {
          _tag: "Known",
          revision,
          registeredAt: event.ts,
          lastTs: event.ts,
          ...(event.name === undefined ? {} : { name: event.name }),
          ...(event.name_mac === undefined ? {} : { nameMac: event.name_mac }),
        }
      : { ...state, revision }
  const lastTs = Math.max(state.lastTs, event.ts)
  return event._tag === "UserRenamed"
    ? { ...state, revision, lastTs, name: event.name, nameMac: event.name_mac }
    : { ...state, revision, lastTs }
}
