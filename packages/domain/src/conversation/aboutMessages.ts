/**
 * Editing, deleting, reacting. The order of the questions: who is he to this conversation, may his role, is there such a message for him,
 * may he with this one, does it still stand, is it a repeat, does it fit.
 */
import * as HashMap from "effect/HashMap"
import { type Decision, accept, reject } from "../Decision.ts"
import { rejection } from "../Rejection.ts"
import type { AddReaction, DeleteMessage, Done, EditMessage, RemoveReaction } from "./commands.ts"
import type { ConversationEvent } from "./events.ts"
import { messageAsked } from "./messageAsked.ts"
import { reactionOf } from "./RecalledMessages.ts"
import { permitted } from "./rights.ts"
import { textTooLarge } from "./sizes.ts"
import { type Live, nextTs } from "./state.ts"

type DoneDecision = Decision<ConversationEvent, Done>
type State = Parameters<typeof permitted>[0]

/** Different emojis of one message. */
export const maxEmojis = 50

const noMessage = reject(rejection("not_found", "There is no such message."))
const deleted = reject(rejection("gone", "This message has been deleted."))
const notHis = reject(rejection("forbidden", "This is somebody else's message."))

/** What stands: no event, and its seq as the answer. */
const stands = (seq: number): DoneDecision => accept([], { _tag: "Done", seq })
const happens = (state: Live, event: ConversationEvent): DoneDecision =>
  accept([event], { _tag: "Done", seq: state.revision + 1 })

export const editMessage = (before: State, command: EditMessage): DoneDecision => {
  const may = permitted(before, command.actor, "edit")
  if (may._tag === "Rejected") return may
  const { state, member } = may
  const asked = messageAsked(state, member, command.message_id)
  if (asked === undefined) return noMessage
  const { seq, message } = asked
  if (message.sender !== command.actor) return notHis
  if (message.deleted !== undefined) return deleted
  if (message.textless)
    return reject(rejection("unprocessable", "This message has no text to edit.", "message_id"))
  if (
    message.edited === undefined ? message.mac === command.original_mac : message.edited.mac === command.mac
  )
    return stands(message.edited?.seq ?? seq)
  const tooLarge = textTooLarge(command.limits, command.size)
  if (tooLarge !== undefined) return reject(tooLarge)
  return happens(state, {
    _tag: "MessageEdited",
    ts: nextTs(state, command.now),
    actor: command.actor,
    message_seq: seq,
    message_id: command.message_id,
    body: command.body,
    mac: command.mac,
  })
}

export const deleteMessage = (before: State, command: DeleteMessage): DoneDecision => {
  const may = permitted(before, command.actor, "delete")
  if (may._tag === "Rejected") return may
  const { state, member, grant } = may
  const asked = messageAsked(state, member, command.message_id)
  if (asked === undefined) return noMessage
  const { seq, message } = asked
  if (grant === "own" && message.sender !== command.actor) return notHis
  if (message.deleted !== undefined) return stands(message.deleted)
  return happens(state, {
    _tag: "MessageDeleted",
    ts: nextTs(state, command.now),
    actor: command.actor,
    message_seq: seq,
    message_id: command.message_id,
    sender: message.sender,
  })
}

export const addReaction = (before: State, command: AddReaction): DoneDecision => {
  const may = permitted(before, command.actor, "react")
  if (may._tag === "Rejected") return may
  const { state, member } = may
  const asked = messageAsked(state, member, command.message_id)
  if (asked === undefined) return noMessage
  const { seq, message } = asked
  if (message.deleted !== undefined) return deleted
  const reaction = reactionOf(message, command.emoji, command.actor)
  if (reaction === undefined) return noMessage
  if (reaction !== null) return stands(reaction)
  const count = countOf(message.counts, command.emoji)
  if (count === 0 && HashMap.size(message.counts) >= maxEmojis)
    return reject(
      rejection("unprocessable", `A message has at most ${maxEmojis} different reactions.`, "emoji"),
    )
  return happens(state, {
    _tag: "ReactionAdded",
    ...reactionFields(state, command, seq),
    count: count + 1,
  })
}

export const removeReaction = (before: State, command: RemoveReaction): DoneDecision => {
  const may = permitted(before, command.actor, "unreact")
  if (may._tag === "Rejected") return may
  const { state, member } = may
  const asked = messageAsked(state, member, command.message_id)
  if (asked === undefined) return noMessage
  const { seq, message } = asked
  if (message.deleted !== undefined) return deleted
  const reaction = reactionOf(message, command.emoji, command.actor)
  if (reaction === undefined) return noMessage
  if (reaction === null) return stands(seq)
  return happens(state, {
    _tag: "ReactionRemoved",
    ...reactionFields(state, command, seq),
    count: countOf(message.counts, command.emoji) - 1,
  })
}

const countOf = (counts: HashMap.HashMap<string, number>, emoji: string): number => {
  const count = HashMap.get(counts, emoji)
  return count._tag === "Some" ? count.value : 0
}

const reactionFields = (state: Live, command: AddReaction | RemoveReaction, message_seq: number) => ({
  ts: nextTs(state, command.now),
  actor: command.actor,
  message_seq,
  message_id: command.message_id,
  emoji: command.emoji,
})
