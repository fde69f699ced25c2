/** What the contract of the read models speaks in: facts of conversations, appended to the store's streams. */
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent, MemberEntry, MessageSent } from "@parley/domain/conversation/events"
import { messageIdAt, seqOfMessage } from "@parley/domain/ids"
import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import { EventStore } from "@parley/runtime/EventStore"
import { eventId, messageEntropy } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"

export const conversation = (n: number): string => `cnv_${String(n).padStart(26, "0")}`
export const stream = (id: string): string => `conversation-${id}`

const entries = (users: ReadonlyArray<string>): ReadonlyArray<MemberEntry> =>
  users.map((user_id) => ({ user_id, role: "member" }))

/** Of one conversation, in the order made. Counts itself. */
export class Facts {
  #ts = 1_000
  #ordinal = 0
  readonly #spoken = new Map<string, number>()
  readonly #members = new Set<string>()

  created(history: "all" | "from_join", ...users: ReadonlyArray<string>): ConversationEvent {
    for (const user of users) this.#members.add(user)
    return {
      _tag: "ConversationCreated",
      ts: this.#ts++,
      kind: "group",
      creator: users[0]!,
      members: entries(users),
      member_count: users.length,
      history,
    }
  }

  /** The seq of the next event, if all that was made is appended in order. */
  get next(): number {
    return this.#ts - 1_000
  }

  said(sender: string, threadRoot?: string): MessageSent {
    const own = (this.#spoken.get(sender) ?? 0) + 1
    this.#spoken.set(sender, own)
    const ordinal = ++this.#ordinal
    return {
      _tag: "MessageSent",
      message_id: messageIdAt(this.next, messageEntropy()),
      ts: this.#ts++,
      sender,
      client_msg_id: `key-${ordinal}`,
      body: { owner: sender, box: "AAAA" },
      mac: "mac",
      ordinal,
      sender_ordinal: own,
      ...(threadRoot === undefined ? {} : { thread_root_id: threadRoot }),
    }
  }

  edited(message: MessageSent): ConversationEvent {
    const body = { owner: message.sender, box: "BBBB" }
    return { _tag: "MessageEdited", ...this.#about(message, message.sender), body, mac: "mac" }
  }

  deleted(message: MessageSent): ConversationEvent {
    return { _tag: "MessageDeleted", ...this.#about(message, message.sender), sender: message.sender }
  }

  reacted(message: MessageSent, actor: string, emoji: string, count: number): ConversationEvent {
    return { _tag: "ReactionAdded", ...this.#about(message, actor), emoji, count }
  }

  #about({ message_id }: MessageSent, actor: string) {
    return { ts: this.#ts++, actor, message_seq: seqOfMessage(message_id)!, message_id }
  }

  added(...users: ReadonlyArray<string>): ConversationEvent {
    for (const user of users) this.#members.add(user)
    return {
      _tag: "MemberAdded",
      ts: this.#ts++,
      actor: "ann",
      members: entries(users),
      member_count: this.#members.size,
    }
  }

  removed(...users: ReadonlyArray<string>): ConversationEvent {
    for (const user of users) this.#members.delete(user)
    return {
      _tag: "MemberRemoved",
      ts: this.#ts++,
      actor: "ann",
      user_ids: [...users],
      member_count: this.#members.size,
    }
  }
}

/** Appends after revision `after` (-1: a new stream), in appends of at most 500. */
export const append = Effect.fnUntraced(function* (
  id: string,
  after: number,
  ...events: ReadonlyArray<ConversationEvent>
) {
  const store = yield* EventStore
  for (let from = 0; from < events.length; from += 500)
    yield* store.append({
      stream: stream(id),
      expected: after + from === -1 ? "no_stream" : after + from,
      events: events
        .slice(from, from + 500)
        .map((event) => ({ id: eventId(), ...encodeEvent(event, { actor: "test", correlation: "test" }) })),
    })
})

/** Appends to the user's own stream, wherever it stands. */
export const appendOwn = Effect.fnUntraced(function* (user: string, ...events: ReadonlyArray<UserEvent>) {
  const store = yield* EventStore
  const head = yield* store.head(`user-${user}`)
  yield* store.append({
    stream: `user-${user}`,
    expected: head?.revision ?? "no_stream",
    events: events.map((event) => ({
      id: eventId(),
      ...encodeUserEvent(event, { actor: user, correlation: "test" }),
    })),
  })
})

export const readUpTo = (cursors: Readonly<Record<string, number>>): UserEvent => ({
  _tag: "ReadUpTo",
  ts: 1,
  cursors,
})
export const delivered = (device_id: string, cursors: Readonly<Record<string, number>>): UserEvent => ({
  _tag: "Delivered",
  ts: 1,
  device_id,
  cursors,
})
export const privacy = (send_read_receipts: boolean): UserEvent => ({
  _tag: "PrivacyChanged",
  ts: 1,
  share_last_seen: true,
  send_read_receipts,
})

export const appendPoison = Effect.fnUntraced(function* (id: string, after: number) {
  const store = yield* EventStore
  const poison = { id: eventId(), type: "MessageSent", data: '{"ts":"yesterday"}', metadata: '{"v":1}' }
  yield* store.append({ stream: stream(id), expected: after, events: [poison] })
})
