/**
 * What the events of a conversation come to, written apart from the client's own folding.
 *
 * Always true: pure; from the events and nothing else.
 */
import type { Frame, WireMessage } from "../src/wire.ts"

export type Event = Frame & { readonly seq: number; readonly position: number }
export type FoldedMessage = WireMessage

interface Payload {
  readonly message_id: string
  readonly sender_id: string
  readonly user_id: string
  readonly text?: string
  readonly emoji: string
  readonly thread_root_id?: string
}

const payloadOf = (event: Frame): Payload => event.payload as Payload

export const fold = (events: ReadonlyArray<Event>, user: string): ReadonlyArray<FoldedMessage> =>
  events
    .filter((event) => event.type === "message.new")
    .map((event) => {
      const payload = payloadOf(event)
      const about = events.filter((one) => one !== event && payloadOf(one).message_id === payload.message_id)
      const edit = about.findLast((one) => one.type === "message.edited")
      const gone = about.some((one) => one.type === "message.deleted")
      const replies = events.filter((one) => payloadOf(one).thread_root_id === payload.message_id).length
      const { text: _text, ...rest } = payload
      return {
        ...rest,
        ...(gone ? { deleted: true } : { text: (edit === undefined ? payload : payloadOf(edit)).text ?? "" }),
        conversation_id: event.conversation_id ?? "",
        seq: event.seq,
        ts: event.ts ?? "",
        ...(payload.sender_id === user && event.client_msg_id !== undefined
          ? { client_msg_id: event.client_msg_id }
          : {}),
        ...(edit === undefined ? {} : { edited_at: edit.ts ?? "" }),
        reactions: gone ? [] : reactionsOf(about, user),
        ...(replies === 0 ? {} : { reply_count: replies }),
        as_of_seq: events.length - 1,
      }
    })

const reactionsOf = (about: ReadonlyArray<Event>, user: string): WireMessage["reactions"] => {
  const behind = new Map<string, Set<string>>()
  for (const { payload, type } of about) {
    const { emoji, user_id } = payload as Payload
    if (type === "reaction.added") behind.set(emoji, (behind.get(emoji) ?? new Set()).add(user_id))
    if (type === "reaction.removed" && behind.get(emoji)?.delete(user_id) && behind.get(emoji)?.size === 0)
      behind.delete(emoji)
  }
  return [...behind].map(([emoji, users]) => ({ emoji, count: users.size, mine: users.has(user) }))
}

export const unreadOf = (messages: ReadonlyArray<FoldedMessage>, user: string, readSeq: number): number =>
  messages.filter(
    (one) =>
      one.seq > readSeq && one.sender_id !== user && one.deleted !== true && one.thread_root_id === undefined,
  ).length

/** A replay shows the present. */
export const replayed = (event: Event, now: ReadonlyArray<FoldedMessage>): Event => {
  if (event.type !== "message.new" && event.type !== "message.edited") return event
  const { text: _text, ...rest } = payloadOf(event)
  const present = now.find((one) => one.message_id === rest.message_id)
  const said = present?.deleted === true ? { deleted: true } : { text: present?.text }
  return { ...event, payload: { ...rest, ...said } }
}

export const refusalOf = (
  messages: ReadonlyArray<FoldedMessage>,
  user: string,
  type: string,
  payload: unknown,
): Record<string, unknown> | undefined => {
  const message = messages.find((one) => one.message_id === (payload as Payload).message_id)
  const no = (code: string, status: number) => ({ code, status, detail: `${code}.`, retryable: false })
  if (message === undefined) return no("not_found", 404)
  if (type === "message.edit" && message.sender_id !== user) return no("forbidden", 403)
  return message.deleted === true && type !== "message.delete" ? no("gone", 410) : undefined
}

/** `undefined`: it changes nothing. */
export const messageEvent = (
  messages: ReadonlyArray<FoldedMessage>,
  user: string,
  type: string,
  payload: unknown,
): { type: string; payload: Record<string, unknown> } | undefined => {
  const { emoji, message_id, text } = payload as Payload
  const message = messages.find((one) => one.message_id === message_id)
  const before = message?.reactions.find((one) => one.emoji === emoji)
  const count = before?.count ?? 0
  switch (type) {
    case "message.edit":
      return { type: "message.edited", payload: { message_id, text, editor_id: user } }
    case "message.delete":
      if (message?.deleted === true) return undefined
      return { type: "message.deleted", payload: { message_id, actor_id: user } }
    case "reaction.add":
      if (before?.mine === true) return undefined
      return { type: "reaction.added", payload: { message_id, emoji, user_id: user, count: count + 1 } }
    default:
      if (before?.mine !== true) return undefined
      return { type: "reaction.removed", payload: { message_id, emoji, user_id: user, count: count - 1 } }
  }
}
