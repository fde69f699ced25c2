/** What the contract of the read models speaks in: facts of conversations, appended to the store's streams. */
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent, MemberEntry } from "@parley/domain/conversation/events"
import { EventStore } from "@parley/runtime/EventStore"
import { eventId, messageId } from "@parley/runtime/freshIds"
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

  said(sender: string): ConversationEvent {
    const own = (this.#spoken.get(sender) ?? 0) + 1
    this.#spoken.set(sender, own)
    const ordinal = ++this.#ordinal
    return {
      _tag: "MessageSent",
      ts: this.#ts++,
      message_id: messageId(this.#ts),
      sender,
      client_msg_id: `key-${ordinal}`,
      body: { owner: sender, box: "AAAA" },
      mac: "mac",
      ordinal,
      sender_ordinal: own,
    }
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

export const appendPoison = Effect.fnUntraced(function* (id: string, after: number) {
  const store = yield* EventStore
  const poison = { id: eventId(), type: "MessageSent", data: '{"ts":"yesterday"}', metadata: '{"v":1}' }
  yield* store.append({ stream: stream(id), expected: after, events: [poison] })
})
