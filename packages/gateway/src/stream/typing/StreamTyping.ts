/**
 * Typing: told to whoever has the conversation open, and forgotten.
 *
 * Always true: never stored, never answered, and a hint that may be lost. Only of somebody who may write there as of the frame: no
 * reader, no ex-member, neither side of a block, nobody in an archived conversation; and only up to `typing_members` members. His own
 * connections are not told. First to be shed: nothing is looked up while typing is given up, or while too much is being looked up.
 */
import type { Limits } from "@parley/domain/limits"
import type { TypingFrame } from "@parley/domain/wire/clientFrames"
import { Broker, type Hint } from "@parley/runtime/Broker"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Hubs } from "../Hubs.ts"
import { noteFrame } from "../noteFrame.ts"
import type { Session } from "../Session.ts"
import { textFrame } from "../textFrame.ts"
import { TYPING_EXPIRES_MS, TypingThrottle } from "./TypingThrottle.ts"

/** Frames being looked up at a time; what comes beyond is dropped. */
const MOST_LOOKUPS = 256

export interface StreamTyping {
  readonly take: (session: Session, frame: TypingFrame) => void
}

export const streamTyping = Effect.fnUntraced(function* (
  hubs: Hubs,
  limits: Limits,
): Effect.fn.Return<StreamTyping, never, Broker | Scope.Scope> {
  const broker = yield* Broker
  const typing = typingOver(broker, hubs, limits)
  yield* Effect.acquireRelease(broker.subscribeHints(typing.hear), (end) => Effect.sync(end))
  return typing
})

export const typingOver = (
  broker: Pick<Broker["Service"], "hint">,
  hubs: Pick<Hubs, "get">,
  limits: Pick<Limits, "typing_interval_ms" | "typing_members">,
) => {
  const throttle = new TypingThrottle(limits.typing_interval_ms)
  let lookups = 0

  const take = (session: Session, frame: TypingFrame): void => {
    const { context, user } = session
    const { conversation_id: conversation } = frame
    const { state } = frame.payload
    const { counters } = context
    if (context.sheds("typing") || lookups >= MOST_LOOKUPS) return counters.drops.add("typing", "shed")
    if (!throttle.take(user, conversation, state, context.now())) {
      counters.typingThrottled++
      return
    }
    lookups++
    context.fork(context.conversationFor(user, conversation)).addObserver((exit) => {
      lookups--
      const found = exit._tag === "Success" ? exit.value : undefined
      if (found?.can_send !== true || found.member_count > limits.typing_members) return
      const payload = { user_id: user, state, expires_in_ms: TYPING_EXPIRES_MS }
      broker.hint({ conversation, user, frame: noteFrame(context.now(), "typing", conversation, payload) })
    })
  }

  /** To everybody here who has the conversation open, but the one whom it is about. */
  const hear = ({ conversation, frame, user }: Hint): void => {
    const attachments = hubs.get(conversation)?.attachments ?? []
    if (attachments.length === 0) return
    const bytes = textFrame(frame)
    for (const { live, recipient } of attachments)
      if (live && recipient.user !== user) recipient.offer("typing", bytes)
  }

  return { take, hear }
}
