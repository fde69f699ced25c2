/** What is wrong with a frame's content, measured by the final history at its place. A message may be shown in any of its versions. */
import type { Alterations } from "./Alterations.ts"
import type { Content } from "./Contents.ts"
import type { Truth } from "./Truth.ts"
import type { Counter } from "./Verdict.ts"

export const frameFault = (
  content: Content,
  truth: Truth,
  alterations: Alterations,
  conversation: number,
  seq: number,
): Counter | undefined => {
  const standing = truth.at(conversation, seq)
  if (content.type !== "message.new") {
    if (standing === undefined) return undefined
    // A member is shown the messages of the time since his joining, so nothing may be hidden there.
    return content.type === "event.hidden" ? "changed" : "ackMismatch"
  }
  if (standing?.messageId === content.messageId)
    return standing.sender === content.who && isVersion(content, truth, alterations, conversation, seq)
      ? undefined
      : "changed"
  return standing !== undefined || truth.byMessageId(content.messageId) !== undefined ? "ackMismatch" : "lost"
}

const isVersion = (
  { messageId, text }: Content,
  truth: Truth,
  alterations: Alterations,
  conversation: number,
  seq: number,
): boolean => alterations.since(conversation, messageId, truth.sentAt(conversation, seq), text) !== undefined
