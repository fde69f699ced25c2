/**
 * What a decision about messages must know beyond the state: lines of the key index, and messages with their marks.
 *
 * Always true: while something is needed, the decision is void, whatever it says; once all of it has been recalled, what comes then stands.
 * Accepted decisions need nothing: what they rest on was known, and an append whose key is taken is refused by the index.
 */
import type { ClientMessageId, UserId } from "../ids.ts"
import { seqOfMessage } from "../ids.ts"
import type { ConversationCommand } from "./commands.ts"
import type { ConversationDecision } from "./decide.ts"
import { find as findKey, keyOf } from "./KeyWindow.ts"
import { reactionKey } from "./marks.ts"
import { sees } from "./messageAsked.ts"
import { find, reactionOf } from "./RecalledMessages.ts"
import { type ConversationState, type Live, memberOf } from "./state.ts"

/** A message that a command is about. `reactions`: the `reactionKey`s that it asks for. */
export interface MessageWanted {
  readonly seq: number
  readonly reactions: ReadonlyArray<string>
}

export interface Needs {
  readonly key?: { readonly sender: UserId; readonly clientMsgId: ClientMessageId }
  readonly messages: ReadonlyArray<MessageWanted>
}

const nothing: Needs = { messages: [] }

/**
 * The messages that this command is about and that its actor may see, known or not; those beyond the head are not there. Whoever recalls one of them
 * for a batch recalls all of the batch, so that none is forgotten for another.
 */
export const messagesOf = (
  state: ConversationState,
  command: ConversationCommand,
): ReadonlyArray<MessageWanted> => {
  const named = namedBy(command)
  if (named.length === 0 || state._tag === "Absent") return nothing.messages
  const member = memberOf(state, command.actor)
  if (member === undefined) return nothing.messages
  return named.flatMap(({ id, emoji }) => {
    const seq = seqOfMessage(id)
    if (seq === undefined || seq > state.revision || !sees(state, member, seq)) return []
    return [{ seq, reactions: emoji === undefined ? [] : [reactionKey(emoji, command.actor)] }]
  })
}

export const needs = (
  state: ConversationState,
  command: ConversationCommand,
  decision: ConversationDecision,
): Needs => {
  if (decision._tag === "Accepted" || state._tag === "Absent") return nothing
  const messages = messagesOf(state, command).filter((wanted) => !knows(state, command, wanted.seq))
  return command._tag === "SendMessage" && needsKey(state, command)
    ? { key: { sender: command.actor, clientMsgId: command.client_msg_id }, messages }
    : { messages }
}

/**
 * A repeat is compared before rights, limits and references are judged, so the line of a declined send decides, if there is one: it must
 * be looked up when the key is outside the window and the window is not complete.
 */
const needsKey = (
  state: Live,
  command: { readonly actor: UserId; readonly client_msg_id: ClientMessageId },
): boolean =>
  !state.window.complete &&
  memberOf(state, command.actor) !== undefined &&
  findKey(state.window, keyOf(command.actor, command.client_msg_id)) === undefined

const namedBy = (
  command: ConversationCommand,
): ReadonlyArray<{ readonly id: string; readonly emoji?: string }> => {
  switch (command._tag) {
    case "SendMessage": {
      const { reply_to_message_id: answered, thread_root_id: root } = command
      if (answered === undefined && root === undefined) return noNames
      const ids = [answered, root].filter((id) => id !== undefined)
      return [...new Set(ids)].map((id) => ({ id }))
    }
    case "EditMessage":
    case "DeleteMessage":
      return [{ id: command.message_id }]
    case "AddReaction":
    case "RemoveReaction":
      return [{ id: command.message_id, emoji: command.emoji }]
    default:
      return noNames
  }
}

const noNames: ReturnType<typeof namedBy> = []

const knows = (state: Live, command: ConversationCommand, seq: number): boolean => {
  const message = find(state.recalled, seq)
  if (message === undefined || message === null) return message === null
  return command._tag === "AddReaction" || command._tag === "RemoveReaction"
    ? reactionOf(message, command.emoji, command.actor) !== undefined
    : true
}
