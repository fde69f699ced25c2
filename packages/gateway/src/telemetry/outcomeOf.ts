/** What became of a request to a conversation, in one word. */
import type { ConversationReply } from "@parley/runtime/Conversations"
import type { Unavailable } from "@parley/runtime/errors"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { CommandOutcome } from "./Meters.ts"

export const outcomeOf = (exit: Exit.Exit<ConversationReply, Unavailable>): CommandOutcome => {
  if (Exit.isFailure(exit)) {
    const known = Cause.hasFails(exit.cause) || Cause.hasInterruptsOnly(exit.cause)
    return known ? "unavailable" : "internal"
  }
  if (exit.value._tag === "Rejected") return "rejected"
  const { answer } = exit.value
  return answer._tag === "Sent" && answer.duplicate ? "duplicate" : "done"
}
