/** Which part of a conversation's history a reader may see. */
import type { ConversationRow, MemberRow } from "./History.ts"

/** The first `seq` that this member may see; nothing at all for a reader who is not (or not yet) one. */
export const historyFloor = (conversation: ConversationRow, member: MemberRow | undefined): number => {
  if (conversation.history === "all") return 0
  return member?.joinedSeq ?? Number.MAX_SAFE_INTEGER
}
