/** What a user's entity can be asked, and what it answers. */
import { type Accepted, accept } from "../Decision.ts"
import type { UserId } from "../ids.ts"
import type { Sealed } from "../Sealed.ts"
import type { Timestamp } from "../Timestamp.ts"
import type { UserEvent } from "./events.ts"
import type { UserState } from "./state.ts"

/** Makes the actor known. `nameMac` goes with `name`: keyed with the actor's data key, so that names compare without being opened. */
export interface Register {
  readonly _tag: "Register"
  readonly actor: UserId
  readonly now: Timestamp
  readonly name?: Sealed
  readonly nameMac?: string
}

export type UserCommand = Register

/** `created` is false when he was known already. */
export interface Registered {
  readonly _tag: "Registered"
  readonly created: boolean
}
export type UserAnswer = Registered

/** Nobody is refused. */
export type UserDecision = Accepted<UserEvent, UserAnswer>

/** Known already: nothing, or `UserRenamed` when another name is given. Giving no name leaves the name that stands. */
export const decide = (state: UserState, command: UserCommand): UserDecision => {
  const { actor: user_id, name, nameMac } = command
  const named = name !== undefined && nameMac !== undefined
  if (state._tag === "Unknown")
    return accept(
      [
        {
          _tag: "UserRegistered",
          ts: command.now,
          user_id,
          ...(named ? { name, name_mac: nameMac } : {}),
        },
      ],
      { _tag: "Registered", created: true },
    )
  const stood = { _tag: "Registered", created: false } as const
  if (!named || nameMac === state.nameMac) return accept([], stood)
  return accept(
    [{ _tag: "UserRenamed", ts: Math.max(command.now, state.lastTs), user_id, name, name_mac: nameMac }],
    stood,
  )
}
