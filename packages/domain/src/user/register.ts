/** Making somebody known. Known already: nothing, or `UserRenamed` when another name is given. Nobody is refused. */
import { type Accepted, accept } from "../Decision.ts"
import type { Register, Registered } from "./commands.ts"
import type { UserEvent } from "./events.ts"
import { stamp } from "./stamp.ts"
import type { UserState } from "./state.ts"

export const register = (state: UserState, command: Register): Accepted<UserEvent, Registered> => {
  const { actor: user_id, name } = command
  if (state._tag === "Unknown")
    return accept(
      [
        {
          _tag: "UserRegistered",
          ts: command.now,
          user_id,
          ...(name === undefined ? {} : { name: name.sealed, name_mac: name.mac }),
        },
      ],
      { _tag: "Registered", created: true },
    )
  const stood = { _tag: "Registered", created: false } as const
  if (name === undefined || name.mac === state.nameMac) return accept([], stood)
  return accept(
    [
      {
        _tag: "UserRenamed",
        ts: stamp(state, command),
        user_id,
        name: name.sealed,
        name_mac: name.mac,
      },
    ],
    stood,
  )
}
