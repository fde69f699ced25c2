/** Given these facts, when this command, then this decision: the words in which the tests of a conversation are written. */
import type {
  ChangeMembers,
  ConversationCommand,
  CreateDirect,
  CreateGroup,
  SendMessage,
} from "@parley/domain/conversation/commands"
import { type ConversationDecision, decide } from "@parley/domain/conversation/decide"
import type { ConversationEvent, MemberEntry } from "@parley/domain/conversation/events"
import { evolve } from "@parley/domain/conversation/evolve"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { defaultLimits } from "@parley/domain/limits"

export const id = "cnv_0123456789abcdefghjkmnpqrs"
export const messageId = (n: number): string => `msg_${String(n).padStart(26, "0")}`
export const sealed = (owner: string, text = "x") => ({ owner, box: Buffer.from(text).toString("base64") })

export const createDirect = (actor: string, partner: string, more?: Partial<CreateDirect>): CreateDirect => ({
  _tag: "CreateDirect",
  actor,
  partner,
  id,
  now: 1_000,
  limits: defaultLimits,
  ...more,
})

export const createGroup = (
  actor: string,
  member_ids: ReadonlyArray<string>,
  more?: Partial<CreateGroup>,
): CreateGroup => ({
  _tag: "CreateGroup",
  actor,
  member_ids,
  id,
  now: 1_000,
  limits: defaultLimits,
  history: "all",
  name: sealed(actor, "a name"),
  ...more,
})

let minted = 0
export const send = (actor: string, key: string, more?: Partial<SendMessage>): SendMessage => ({
  _tag: "SendMessage",
  actor,
  client_msg_id: key,
  message_id: messageId(++minted),
  now: 2_000,
  limits: defaultLimits,
  body: sealed(actor, "hello"),
  mac: "mac-of-hello",
  size: { textChars: 5, textBytes: 5, metadataBytes: 0 },
  ...more,
})

export const change = (
  actor: string,
  what: { readonly add?: ReadonlyArray<MemberEntry>; readonly remove?: ReadonlyArray<string> },
  more?: Partial<ChangeMembers>,
): ChangeMembers => ({
  _tag: "ChangeMembers",
  actor,
  now: 3_000,
  limits: defaultLimits,
  add: what.add ?? [],
  remove: what.remove ?? [],
  ...more,
})

export const as =
  (role: Role) =>
  (user_id: string): MemberEntry => ({ user_id, role })

export const fold = (
  events: ReadonlyArray<ConversationEvent>,
  from: ConversationState = initial,
): ConversationState => events.reduce(evolve, from)

/** The facts that these commands lead to, one after another. A rejected one is a mistake in the test. */
export const facts = (...commands: ReadonlyArray<ConversationCommand>): ReadonlyArray<ConversationEvent> => {
  const events: Array<ConversationEvent> = []
  for (const command of commands) {
    const decision = decide(fold(events), command)
    if (decision._tag === "Rejected") throw new Error(`the given facts: ${decision.rejection.detail}`)
    events.push(...decision.events)
  }
  return events
}

export const given = (...commands: ReadonlyArray<ConversationCommand>): ConversationState =>
  fold(facts(...commands))

export const eventsOf = (decision: ConversationDecision): ReadonlyArray<ConversationEvent> => {
  if (decision._tag === "Rejected") throw new Error(`rejected: ${decision.rejection.detail}`)
  return decision.events
}

/** `code` or `code path`; "accepted" for what was not rejected. */
export const verdict = (decision: ConversationDecision): string => {
  if (decision._tag === "Accepted") return "accepted"
  const { code, path } = decision.rejection
  return path === undefined ? code : `${code} ${path}`
}

/** A group of one owner, two admins, members and a reader, each founder added by the owner so that roles can be given. */
export const staffed = (): ConversationState =>
  given(
    createGroup("owner", []),
    change("owner", {
      add: [
        as("owner")("owner-2"),
        as("admin")("admin"),
        as("admin")("admin-2"),
        as("member")("member"),
        as("member")("member-2"),
        as("reader")("reader"),
        as("reader")("reader-2"),
      ],
    }),
  )
