/**
 * What a conversation answers when it is asked: facts, a rejection, or nothing new.
 *
 * Always true: a function of the state and the command alone, the same on every node. Asking twice is harmless.
 * Not for: finding facts. What a decision about messages must know and the state does not hold is named by `needs`: look it up,
 * `recallKeys` and `recallMessages`, decide again.
 */
import type { Decision } from "../Decision.ts"
import { addReaction, deleteMessage, editMessage, removeReaction } from "./aboutMessages.ts"
import { changeMembers } from "./changeMembers.ts"
import type { ConversationAnswer, ConversationCommand } from "./commands.ts"
import { createDirect, createGroup } from "./create.ts"
import type { ConversationEvent } from "./events.ts"
import { sendMessage } from "./sendMessage.ts"
import { setRole } from "./setRole.ts"
import { archiveConversation, lift, restrict, updateConversation } from "./settings.ts"
import type { ConversationState } from "./state.ts"

export type ConversationDecision = Decision<ConversationEvent, ConversationAnswer>

export const decide = (state: ConversationState, command: ConversationCommand): ConversationDecision => {
  switch (command._tag) {
    case "CreateDirect":
      return createDirect(state, command)
    case "CreateGroup":
      return createGroup(state, command)
    case "SendMessage":
      return sendMessage(state, command)
    case "ChangeMembers":
      return changeMembers(state, command)
    case "EditMessage":
      return editMessage(state, command)
    case "DeleteMessage":
      return deleteMessage(state, command)
    case "AddReaction":
      return addReaction(state, command)
    case "RemoveReaction":
      return removeReaction(state, command)
    case "UpdateConversation":
      return updateConversation(state, command)
    case "ArchiveConversation":
      return archiveConversation(state, command)
    case "SetRole":
      return setRole(state, command)
    case "Restrict":
      return restrict(state, command)
    case "Lift":
      return lift(state, command)
  }
}
