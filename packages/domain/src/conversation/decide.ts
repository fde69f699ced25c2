/**
 * What a conversation answers when it is asked: facts, a rejection, or nothing new.
 *
 * Always true: a function of the state and the command alone, the same on every node. Asking twice is harmless.
 * Not for: whether a `reply_to_message_id` or `thread_root_id` exists. Only their shape was checked: a state that knew every
 * message would grow with the conversation, and an answer to a message that is not there harms nobody.
 */
import type { Decision } from "../Decision.ts"
import { changeMembers } from "./changeMembers.ts"
import type { ConversationAnswer, ConversationCommand } from "./commands.ts"
import { createDirect, createGroup } from "./create.ts"
import type { ConversationEvent } from "./events.ts"
import { find, keyOf } from "./KeyWindow.ts"
import { sendMessage } from "./sendMessage.ts"
import { type ConversationState, memberOf } from "./state.ts"

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
  }
}

/**
 * True when this decision may not be answered before the key has been looked up in the store's key index: a member's send was
 * declined, its key is outside the window, and the window is not complete. A repeat is compared before rights and limits are
 * applied, so the line, if there is one, decides. Look it up, `recallKeys`, decide again; what comes then stands.
 * An accepted send needs no look-up: the index refuses an append whose key is taken.
 */
export const needsKey = (
  state: ConversationState,
  command: ConversationCommand,
  decision: ConversationDecision,
): boolean =>
  decision._tag === "Rejected" &&
  command._tag === "SendMessage" &&
  state._tag === "Live" &&
  !state.window.complete &&
  memberOf(state, command.actor) !== undefined &&
  find(state.window, keyOf(command.actor, command.client_msg_id)) === undefined
