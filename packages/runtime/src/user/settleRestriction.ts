/**
 * A block and the direct conversation that it closes stand in two streams: this brings the second in line with the first.
 *
 *   block known ──► ask the conversation for what it implies ──► still so? ──► done
 *        ▲                                                          │ no: somebody changed it meanwhile
 *        └──────────────────────────────────────────────────────────┘
 *
 * Always true: once nobody changes the block any more and every call that began has ended, the conversation is restricted exactly when
 * the block stands: the last one who asked the conversation has looked again afterwards and found what he asked for. A crash in between
 * leaves work that the same request again finishes.
 */
import * as Effect from "effect/Effect"
import { Conversations, type Origin } from "../Conversations.ts"
import { Unavailable } from "../errors.ts"
import { directConversationId } from "../freshIds.ts"
import { Users } from "../Users.ts"

/** As often somebody may change his mind while it is being carried out. */
const maxRounds = 16

/** `origin.actor` is the one who blocks, or does no longer. Where there is no such conversation, there is nothing to do. */
export const settleRestriction = Effect.fn("settleRestriction")(function* (
  origin: Origin,
  partner: string,
): Effect.fn.Return<void, Unavailable, Conversations | Users> {
  const [conversations, users] = [yield* Conversations, yield* Users]
  const conversation = directConversationId(origin.actor, partner)
  const isBlocked = Effect.map(users.blocks(origin.actor), (blocks) => blocks.has(partner))
  for (let round = 0; round < maxRounds; round++) {
    const blocked = yield* isBlocked
    // A refusal: there is no such conversation, or nobody left who could restrict it.
    yield* conversations.ask(conversation, { _tag: blocked ? "Restrict" : "Lift", origin })
    if ((yield* isBlocked) === blocked) return
  }
  yield* new Unavailable({ reason: "the block changes faster than it can be carried out" })
})

/**
 * After a direct conversation was created, before the answer: a block from before finds no conversation to restrict. Costs two looks
 * into memory where nobody blocks.
 */
export const restrictNew = Effect.fn("restrictNew")(function* (
  origin: Origin,
  partner: string,
): Effect.fn.Return<void, Unavailable, Conversations | Users> {
  const users = yield* Users
  for (const [blocker, blocked] of [
    [origin.actor, partner],
    [partner, origin.actor],
  ] as const)
    if ((yield* users.blocks(blocker)).has(blocked))
      yield* settleRestriction({ ...origin, actor: blocker }, blocked)
})
