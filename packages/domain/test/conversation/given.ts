/** Given these facts, when this command, then this decision: the words in which the tests of a conversation are written. */
import type {
  AddReaction,
  ArchiveConversation,
  ChangeMembers,
  ConversationCommand,
  CreateDirect,
  CreateGroup,
  DeleteMessage,
  EditMessage,
  Lift,
  RemoveReaction,
  Restrict,
  SendMessage,
  SetRole,
  UpdateConversation,
} from "@parley/domain/conversation/commands"
import type { ConversationDecision } from "@parley/domain/conversation/decide"
import type { ConversationEvent, MemberEntry } from "@parley/domain/conversation/events"
import { evolve } from "@parley/domain/conversation/evolve"
import { type ConversationState, initial } from "@parley/domain/conversation/state"
import type { Role } from "@parley/domain/conversation/vocabulary"
import { defaultLimits } from "@parley/domain/limits"
import { decideRecalling } from "./recalling.ts"

export const id = "cnv_0123456789abcdefghjkmnpqrs"
export const messageId = (n: number): string => `msg_${String(n).padStart(26, "0")}`
export const entropy = (n: number): string => String(n).padStart(18, "0")
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
  entropy: entropy(++minted),
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

const envelope = { now: 4_000, limits: defaultLimits }

export const edit = (actor: string, message_id: string, more?: Partial<EditMessage>): EditMessage => ({
  _tag: "EditMessage",
  actor,
  message_id,
  ...envelope,
  body: sealed(actor, "another text"),
  mac: "mac-of-another",
  original_mac: "whole-mac-of-another",
  size: { textChars: 12, textBytes: 12 },
  ...more,
})

export const remove = (actor: string, message_id: string): DeleteMessage => ({
  _tag: "DeleteMessage",
  actor,
  message_id,
  ...envelope,
})

export const react = (actor: string, message_id: string, emoji = "👍"): AddReaction => ({
  _tag: "AddReaction",
  actor,
  message_id,
  emoji,
  ...envelope,
})

export const unreact = (actor: string, message_id: string, emoji = "👍"): RemoveReaction => ({
  _tag: "RemoveReaction",
  actor,
  message_id,
  emoji,
  ...envelope,
})

export const update = (actor: string, more: Partial<UpdateConversation>): UpdateConversation => ({
  _tag: "UpdateConversation",
  actor,
  macs: {},
  ...envelope,
  ...more,
})

export const archive = (actor: string): ArchiveConversation => ({
  _tag: "ArchiveConversation",
  actor,
  ...envelope,
})

export const setRole = (actor: string, user_id: string, role: Role): SetRole => ({
  _tag: "SetRole",
  actor,
  user_id,
  role,
  ...envelope,
})

export const restrict = (actor: string): Restrict => ({ _tag: "Restrict", actor, ...envelope })
export const lift = (actor: string): Lift => ({ _tag: "Lift", actor, ...envelope })

export const as =
  (role: Role) =>
  (user_id: string): MemberEntry => ({ user_id, role })

export const fold = (
  events: ReadonlyArray<ConversationEvent>,
  from: ConversationState = initial,
): ConversationState => events.reduce(evolve, from)

/** These facts and those that the commands lead to, one after another. A rejected one is a mistake in the test. */
export const continued = (
  before: ReadonlyArray<ConversationEvent>,
  ...commands: ReadonlyArray<ConversationCommand>
): ReadonlyArray<ConversationEvent> => {
  const events = [...before]
  for (const command of commands) {
    const { decision } = decideRecalling(events, fold(events), command)
    if (decision._tag === "Rejected") throw new Error(`the given facts: ${decision.rejection.detail}`)
    events.push(...decision.events)
  }
  return events
}

export const facts = (...commands: ReadonlyArray<ConversationCommand>): ReadonlyArray<ConversationEvent> =>
  continued([], ...commands)

/** What comes of the command once these facts stand. */
export const when = (
  events: ReadonlyArray<ConversationEvent>,
  command: ConversationCommand,
): ConversationDecision => decideRecalling(events, fold(events), command).decision

/** The id of the message that stands at this seq. */
export const idAt = (events: ReadonlyArray<ConversationEvent>, seq: number): string => {
  const event = events[seq]
  if (event?._tag !== "MessageSent") throw new Error(`there is no message at ${seq}`)
  return event.message_id
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
export const staffed = (): ConversationState => fold(staff())

export const staff = (): ReadonlyArray<ConversationEvent> =>
  facts(
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
