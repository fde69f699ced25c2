/**
 * Folding the log's tail over what a model answered, so that the answer holds everything acknowledged before the question.
 *
 * Always true: the model at revision k and the events k+1 … n give what the model at n gives, for every k: also before the
 * conversation's creation, and whatever happened to the reader's membership between. Events up to k are passed over.
 */
import type { ConversationCreated, ConversationEvent, MemberEntry } from "@parley/domain/conversation/events"
import { historyFloor } from "./historyFloor.ts"
import type {
  ConversationRow,
  ConversationView,
  MemberRow,
  MessageRow,
  Page,
  PageMaterial,
} from "./History.ts"

/** An event of one conversation's stream, with its place. */
export interface TailEvent {
  readonly event: ConversationEvent
  readonly revision: number
  readonly position: number
}

export interface Reader {
  readonly conversation: string
  readonly user: string
}

/** A conversation as one of its members reads it. */
export interface MemberView {
  readonly conversation: ConversationRow
  readonly member: MemberRow
}

type Known<Snapshot extends ConversationView> = Snapshot | undefined

const unseen = (known: Known<ConversationView>, tail: ReadonlyArray<TailEvent>): ReadonlyArray<TailEvent> =>
  known === undefined ? tail : tail.filter(({ revision }) => revision > known.conversation.revision)

/** `undefined` for a stranger and for an ex-member, as for a conversation that never was. */
export const foldView = (
  known: Known<ConversationView>,
  { conversation: id, user }: Reader,
  tail: ReadonlyArray<TailEvent>,
): MemberView | undefined => {
  let conversation = known?.conversation
  let member = known?.member
  for (const { event, revision, position } of unseen(known, tail)) {
    if (conversation === undefined) {
      if (event._tag !== "ConversationCreated") return undefined
      conversation = created(id, event, revision, position)
      member = joined(event.members, user, revision, event.ts)
      continue
    }
    conversation = { ...conversation, revision, position }
    switch (event._tag) {
      case "MemberAdded":
        conversation = { ...conversation, memberCount: event.member_count }
        member ??= joined(event.members, user, revision, event.ts)
        break
      case "MemberRemoved":
        conversation = { ...conversation, memberCount: event.member_count }
        if (event.user_ids.includes(user)) member = undefined
        break
      case "MemberRoleChanged":
        if (member !== undefined && event.user_id === user) member = { ...member, role: event.role }
        break
      case "ConversationCreated":
      case "MessageSent":
        break
    }
  }
  return conversation === undefined || member === undefined ? undefined : { conversation, member }
}

/** The page's messages in its order: newest first for `Before`, oldest first otherwise. */
export const foldPage = (
  known: Known<PageMaterial>,
  reader: Reader,
  page: Page,
  tail: ReadonlyArray<TailEvent>,
): (MemberView & { readonly messages: ReadonlyArray<MessageRow> }) | undefined => {
  const view = foldView(known, reader, tail)
  if (view === undefined) return undefined
  const floor = historyFloor(view.conversation, view.member)
  const visible = ({ seq }: MessageRow): boolean => seq >= floor
  const rows = unseen(known, tail).flatMap(rowOf)
  const older = (before: number): ReadonlyArray<MessageRow> =>
    [...rows.filter(({ seq }) => seq < before).reverse(), ...(known?.older ?? [])].filter(visible)
  const newer = (from: number): ReadonlyArray<MessageRow> =>
    [...(known?.newer ?? []), ...rows.filter(({ seq }) => seq >= from)].filter(visible)
  return { ...view, messages: cut(page, older, newer) }
}

const cut = (
  page: Page,
  older: (before: number) => ReadonlyArray<MessageRow>,
  newer: (from: number) => ReadonlyArray<MessageRow>,
): ReadonlyArray<MessageRow> => {
  const { limit } = page
  switch (page._tag) {
    case "Before":
      return older(page.before ?? Infinity).slice(0, limit)
    case "After":
      return newer(page.after + 1).slice(0, limit)
    case "Around": {
      const [below, above] = [older(page.around), newer(page.around)]
      // Half of the page below the mark, and what one side lacks from the other.
      const wantBelow = Math.max(Math.floor(limit / 2), limit - above.length)
      const chosenBelow = below.slice(0, wantBelow).reverse()
      return [...chosenBelow, ...above.slice(0, limit - chosenBelow.length)]
    }
  }
}

export interface RosterPage {
  /** Exclusive. */
  readonly after: string | undefined
  readonly limit: number
}

/** How many members more than the page's limit the model must be asked for, so that those who left in the tail are made up for. */
export const leavers = (tail: ReadonlyArray<TailEvent>): number =>
  tail.reduce((sum, { event }) => (event._tag === "MemberRemoved" ? sum + event.user_ids.length : sum), 0)

/** `known.members`: the first `limit` + `leavers(tail)` after the page's mark, or all of them. By user id. */
export const foldRoster = (
  known: Known<ConversationView & { readonly members: ReadonlyArray<MemberRow> }>,
  reader: Reader,
  page: RosterPage,
  tail: ReadonlyArray<TailEvent>,
): (MemberView & { readonly members: ReadonlyArray<MemberRow> }) | undefined => {
  const view = foldView(known, reader, tail)
  if (view === undefined) return undefined
  const members = new Map((known?.members ?? []).map((member) => [member.user, member]))
  const { after = "", limit } = page
  for (const { event, revision } of unseen(known, tail)) {
    if (event._tag === "MemberRemoved") for (const user of event.user_ids) members.delete(user)
    else if (event._tag === "MemberRoleChanged") {
      const member = members.get(event.user_id)
      if (member !== undefined) members.set(event.user_id, { ...member, role: event.role })
    } else if (event._tag !== "MessageSent")
      for (const { user_id: user, role } of event.members)
        if (user > after && !members.has(user))
          members.set(user, { user, role, joinedSeq: revision, joinedAt: event.ts })
  }
  const byUser = [...members.values()].sort((a, b) => (a.user < b.user ? -1 : 1))
  return { ...view, members: byUser.slice(0, limit) }
}

const created = (
  id: string,
  event: ConversationCreated,
  revision: number,
  position: number,
): ConversationRow => ({
  id,
  kind: event.kind,
  createdAt: event.ts,
  memberCount: event.members.length,
  pair: event.kind === "direct" ? event.members.map((member) => member.user_id) : [],
  history: event.history,
  ...(event.name === undefined ? {} : { name: event.name }),
  ...(event.topic === undefined ? {} : { topic: event.topic }),
  ...(event.metadata === undefined ? {} : { metadata: event.metadata }),
  revision,
  position,
})

const joined = (
  members: ReadonlyArray<MemberEntry>,
  user: string,
  joinedSeq: number,
  joinedAt: number,
): MemberRow | undefined => {
  const entry = members.find((member) => member.user_id === user)
  return entry === undefined ? undefined : { user, role: entry.role, joinedSeq, joinedAt }
}

const rowOf = ({ event, revision }: TailEvent): ReadonlyArray<MessageRow> =>
  event._tag !== "MessageSent"
    ? []
    : [
        {
          seq: revision,
          messageId: event.message_id,
          sender: event.sender,
          clientMsgId: event.client_msg_id,
          ts: event.ts,
          ordinal: event.ordinal,
          senderOrdinal: event.sender_ordinal,
          body: event.body,
          ...(event.media === undefined ? {} : { media: event.media }),
          ...(event.reply_to_message_id === undefined ? {} : { replyTo: event.reply_to_message_id }),
          ...(event.thread_root_id === undefined ? {} : { threadRoot: event.thread_root_id }),
        },
      ]
