/** The message that a command is about, as its actor may know it. */
import type { MessageId } from "../ids.ts"
import { seqOfMessage } from "../ids.ts"
import { type RecalledMessage, find } from "./RecalledMessages.ts"
import type { Live, Member } from "./state.ts"

export interface MessageAsked {
  readonly seq: number
  readonly message: RecalledMessage
}

/** Whether this member sees what stands at this seq: everything, or only what came from his latest joining on. */
export const sees = (state: Pick<Live, "history">, member: Pick<Member, "joinedSeq">, seq: number): boolean =>
  state.history === "all" || seq >= member.joinedSeq

/**
 * Absent when there is no such message, when the member does not see it, and while it is not recalled: `needs` tells the last from
 * the others.
 */
export const messageAsked = (state: Live, member: Member, id: MessageId): MessageAsked | undefined => {
  const seq = seqOfMessage(id)
  if (seq === undefined || !sees(state, member, seq)) return undefined
  const message = find(state.recalled, seq)
  return message === undefined || message === null || message.message_id !== id ? undefined : { seq, message }
}
