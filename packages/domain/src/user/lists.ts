/** Whom a person blocks, and which conversations he has muted. */
import { type Decision, reject } from "../Decision.ts"
import { rejection } from "../Rejection.ts"
import { mostBlocks, mostMutes } from "./bounds.ts"
import type { Block, Done, Mute } from "./commands.ts"
import { done } from "./done.ts"
import type { UserEvent } from "./events.ts"
import { stamp } from "./stamp.ts"
import type { Known } from "./state.ts"

const oneself = rejection("unprocessable", "Nobody blocks himself.", "user_id")
const manyBlocks = rejection("unprocessable", `A person blocks at most ${mostBlocks} others.`)
const manyMutes = rejection("unprocessable", `A person mutes at most ${mostMutes} conversations.`)

export const block = (state: Known, command: Block): Decision<UserEvent, Done> => {
  const { user } = command
  if (user === command.actor) return reject(oneself)
  if (state.blocks.has(user)) return done()
  if (state.blocks.size >= mostBlocks) return reject(manyBlocks)
  return done({ _tag: "UserBlocked", ts: stamp(state, command), user_id: user })
}

export const unblock = (state: Known, command: Block): Decision<UserEvent, Done> =>
  state.blocks.has(command.user)
    ? done({ _tag: "UserUnblocked", ts: stamp(state, command), user_id: command.user })
    : done()

export const mute = (state: Known, command: Mute): Decision<UserEvent, Done> => {
  const { conversation } = command
  if (state.mutes.has(conversation)) return done()
  if (state.mutes.size >= mostMutes) return reject(manyMutes)
  return done({ _tag: "ConversationMuted", ts: stamp(state, command), conversation_id: conversation })
}

export const unmute = (state: Known, command: Mute): Decision<UserEvent, Done> =>
  state.mutes.has(command.conversation)
    ? done({
        _tag: "ConversationUnmuted",
        ts: stamp(state, command),
        conversation_id: command.conversation,
      })
    : done()
