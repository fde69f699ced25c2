/**
 * What stands in a timeline: messages, and what happened to the conversation itself.
 *
 * Always true: an entry is never changed in place; what changed is another object under the same key.
 */
import type { Problem } from "./Problem.ts"
import type { Frame, Member, MessageNew, WireMessage } from "./wire.ts"

export interface Reaction {
  readonly emoji: string
  readonly count: number
  readonly mine: boolean
}

export interface Message {
  readonly kind: "message"
  /** Stable from writing to the end, for whoever draws it. */
  readonly key: string
  /** Absent until the server has taken it. */
  readonly seq?: number
  readonly messageId?: string
  readonly senderId: string
  /** Absent: deleted, or of a kind that this client cannot show. */
  readonly text?: string
  /** The message that this one answers. */
  readonly replyTo?: string
  /** The message in whose thread this one stands. */
  readonly threadRoot?: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly state: "pending" | "sent" | "failed"
  /** Why it failed; of a pending one, why it waits (`rate_limited`, `unavailable`). */
  readonly problem?: Problem
  /** Of a pending one that the server asked to wait: until then, in milliseconds since 1970. */
  readonly retryAt?: number
  readonly edited: boolean
  readonly deleted: boolean
  /** In the order in which the emojis came. */
  readonly reactions: ReadonlyArray<Reaction>
  /** How many stand in its thread, deleted ones too. */
  readonly replyCount: number
  /** An edit, a deletion or a reaction of one's own is on its way. */
  readonly changing?: boolean
}

/** A message of the log. `asOf`: the last event folded into it. */
export type LogMessage = Message & {
  readonly seq: number
  readonly messageId: string
  readonly asOf: number
}

export type NoticeEvent = "created" | "added" | "removed" | "role" | "updated" | "archived"

/** Something happened to the conversation itself. */
export interface Notice {
  readonly kind: "notice"
  readonly key: string
  readonly seq: number
  readonly at: number
  readonly event: NoticeEvent
  /** Of `created`: a group's founder. */
  readonly actorId: string | undefined
  readonly userIds: ReadonlyArray<string>
  /** Of `role`: what it is now. */
  readonly role?: string
  /** Of `created` and `updated`: as it is since. */
  readonly name?: string
  readonly topic?: string
}

export type Entry = Message | Notice

export type Event = Frame & { readonly seq: number }

export const messageOf = (frame: Event): LogMessage => {
  const payload = frame.payload as MessageNew
  return {
    ...shared(payload, frame.client_msg_id),
    seq: frame.seq,
    asOf: frame.seq,
    at: Date.parse(frame.ts ?? ""),
    edited: false,
    reactions: [],
    replyCount: 0,
  }
}

export const fromHistory = (message: WireMessage): LogMessage => ({
  ...shared(message, message.client_msg_id),
  seq: message.seq,
  asOf: message.as_of_seq,
  at: Date.parse(message.ts),
  edited: message.edited_at !== undefined && message.deleted !== true,
  reactions: message.deleted === true ? [] : message.reactions,
  replyCount: message.reply_count ?? 0,
})

const shared = (payload: MessageNew, clientMsgId: string | undefined) => ({
  kind: "message" as const,
  key: clientMsgId ?? payload.message_id,
  messageId: payload.message_id,
  senderId: payload.sender_id,
  ...(payload.text === undefined ? {} : { text: payload.text }),
  ...(payload.reply_to_message_id === undefined ? {} : { replyTo: payload.reply_to_message_id }),
  ...(payload.thread_root_id === undefined ? {} : { threadRoot: payload.thread_root_id }),
  state: "sent" as const,
  deleted: payload.deleted === true,
})

/** `undefined`: an event that leaves no line. */
export const noticeOf = (frame: Event): Notice | undefined => {
  const payload = frame.payload as {
    readonly kind?: string
    readonly actor_id?: string
    readonly members?: ReadonlyArray<Member>
    readonly user_ids?: ReadonlyArray<string>
    readonly user_id?: string
    readonly role?: string
    readonly name?: string
    readonly topic?: string
  }
  const event = noticeEvents[frame.type]
  // That somebody blocks or unblocks is no news for the timeline of two.
  if (event === undefined || (event === "updated" && payload.kind === "direct")) return undefined
  const { actor_id, members, name, role, topic, user_id, user_ids } = payload
  return {
    kind: "notice",
    key: `${frame.conversation_id}/${frame.seq}`,
    seq: frame.seq,
    at: Date.parse(frame.ts ?? ""),
    event,
    actorId: actor_id ?? (event === "created" ? founderOf(payload) : undefined),
    userIds: user_ids ?? members?.map((one) => one.user_id) ?? (user_id === undefined ? [] : [user_id]),
    ...(role === undefined ? {} : { role }),
    ...(name === undefined ? {} : { name }),
    ...(topic === undefined ? {} : { topic }),
  }
}

/** Who makes a group is its first owner. Of a conversation of two the event does not say who began it. */
const founderOf = ({
  kind,
  members,
}: {
  readonly kind?: string
  readonly members?: ReadonlyArray<Member>
}): string | undefined =>
  kind === "group" ? members?.find(({ role }) => role === "owner")?.user_id : undefined

const noticeEvents: Readonly<Record<string, NoticeEvent>> = {
  "conversation.created": "created",
  "member.added": "added",
  "member.removed": "removed",
  "member.role_changed": "role",
  "conversation.updated": "updated",
  "conversation.archived": "archived",
}
