/** Creating a conversation. The id is derived from the two users, or from the idempotency key, so a repeat meets what stands. */
import { type Decision, accept, reject } from "../Decision.ts"
import { rejection } from "../Rejection.ts"
import type { CreateDirect, CreateGroup, Created } from "./commands.ts"
import type { ConversationCreated, ConversationEvent, MemberEntry } from "./events.ts"
import { inEvents } from "./inEvents.ts"
import { notFound } from "./notFound.ts"
import { metadataTooLarge } from "./sizes.ts"
import { type ConversationState, memberOf } from "./state.ts"

type CreateDecision = Decision<ConversationEvent, Created>

const created: Created = { _tag: "Created", created: true }
const stood: Created = { _tag: "Created", created: false }

/** Both are `member`: nobody owns a direct conversation. */
export const createDirect = (state: ConversationState, command: CreateDirect): CreateDecision => {
  if (command.actor === command.partner)
    return reject(
      rejection("unprocessable", "A direct conversation needs somebody else as its partner.", "user_id"),
    )
  if (state._tag === "Live")
    return state.kind === "direct" && memberOf(state, command.actor) !== undefined
      ? accept([], stood)
      : notFound()
  const members: ReadonlyArray<MemberEntry> = [
    { user_id: command.actor, role: "member" },
    { user_id: command.partner, role: "member" },
  ]
  const event: ConversationCreated = {
    _tag: "ConversationCreated",
    ts: command.now,
    kind: "direct",
    creator: command.actor,
    members,
    member_count: members.length,
    history: "all",
  }
  return accept([event], created)
}

/** The actor is the owner, whoever else is named a member. Founders beyond 500 follow in events of the same append. */
export const createGroup = (state: ConversationState, command: CreateGroup): CreateDecision => {
  if (state._tag === "Live")
    return command.request !== undefined && command.request === state.request
      ? accept([], stood)
      : reject(
          rejection("idempotency_mismatch", "This idempotency key has created a group from another request."),
        )
  const { limits } = command
  const others = new Set(command.member_ids)
  others.delete(command.actor)
  if (others.size + 1 > limits.group_members)
    return reject(
      rejection("unprocessable", `A group has at most ${limits.group_members} members.`, "member_ids"),
    )
  const tooLarge = metadataTooLarge(limits, command.metadataBytes ?? 0)
  if (tooLarge !== undefined) return reject(tooLarge)
  const founders: Array<MemberEntry> = [{ user_id: command.actor, role: "owner" }]
  for (const user_id of others) founders.push({ user_id, role: "member" })
  const [first = [], ...rest] = inEvents(founders)
  const event: ConversationCreated = {
    _tag: "ConversationCreated",
    ts: command.now,
    kind: "group",
    creator: command.actor,
    members: first,
    member_count: first.length,
    history: command.history,
    name: command.name,
    ...(command.topic === undefined ? {} : { topic: command.topic }),
    ...(command.metadata === undefined ? {} : { metadata: command.metadata }),
    ...(command.request === undefined ? {} : { request: command.request }),
  }
  const events: Array<ConversationEvent> = [event]
  let count = first.length
  for (const members of rest) {
    count += members.length
    events.push({
      _tag: "MemberAdded",
      ts: command.now,
      actor: command.actor,
      members,
      member_count: count,
    })
  }
  return accept(events, created)
}
