/** What is still to be sent, as it stands in a timeline. */
import type { Message } from "./Entry.ts"
import type { Outgoing } from "./KeptMessages.ts"

/** `aheadMs`: of the clock by which it was written, how much the server's is. */
export const asMessage = (message: Outgoing, userId: string, aheadMs: number): Message => ({
  kind: "message",
  key: message.clientMsgId,
  senderId: userId,
  text: message.text,
  at: message.writtenAt + aheadMs,
  state: message.state,
  ...(message.problem === undefined ? {} : { problem: message.problem }),
  ...(message.retryAt === undefined ? {} : { retryAt: message.retryAt }),
  ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
  ...(message.threadRoot === undefined ? {} : { threadRoot: message.threadRoot }),
  edited: false,
  deleted: false,
  reactions: [],
  replyCount: 0,
})
