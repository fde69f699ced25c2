/** What a user's entity decides. Always true: nothing that changes nothing is written; asking twice is harmless. */
import { type Decision, accept } from "../Decision.ts"
import { moveCursors } from "./moveCursors.ts"
import type { UserAnswer, UserCommand } from "./commands.ts"
import { changeProfile } from "./changeProfile.ts"
import { dropPush, registerDevice, revokeDevice } from "./devices.ts"
import type { UserEvent, UserRegistered } from "./events.ts"
import { evolve } from "./evolve.ts"
import { block, mute, unblock, unmute } from "./lists.ts"
import { register } from "./register.ts"
import type { Known, UserState } from "./state.ts"

export type UserDecision = Decision<UserEvent, UserAnswer>

/** Whoever asks for anything is known from then on: his registration comes first in the same decision. */
export const decide = (state: UserState, command: UserCommand): UserDecision => {
  if (command._tag === "Register") return register(state, command)
  if (state._tag === "Known") return decideKnown(state, command)
  const registered: UserRegistered = { _tag: "UserRegistered", ts: command.now, user_id: command.actor }
  const known = evolve(state, registered)
  if (known._tag === "Unknown") throw new Error("a registered user is not known")
  const decision = decideKnown(known, command)
  if (decision._tag === "Rejected") return decision
  return accept([registered, ...decision.events], decision.answer)
}

const decideKnown = (
  state: Known,
  command: Exclude<UserCommand, { readonly _tag: "Register" }>,
): UserDecision => {
  switch (command._tag) {
    case "ChangeProfile":
      return changeProfile(state, command)
    case "RegisterDevice":
      return registerDevice(state, command)
    case "RevokeDevice":
      return revokeDevice(state, command)
    case "DropPush":
      return dropPush(state, command)
    case "Block":
      return block(state, command)
    case "Unblock":
      return unblock(state, command)
    case "Mute":
      return mute(state, command)
    case "Unmute":
      return unmute(state, command)
    case "MoveCursors":
      return moveCursors(state, command)
  }
}
