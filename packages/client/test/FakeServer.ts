/**
 * A Parley server in memory, as small as the client's tests need: conversations, their events, sends, sync, history.
 *
 * Always true: it answers as the protocol says, unless a test told it to misbehave. Nothing here waits or opens a port.
 */
import type { Frame } from "../src/wire.ts"
import { FakePresence } from "./FakePresence.ts"
import { type Event, type FoldedMessage, fold, messageEvent, refusalOf, replayed, unreadOf } from "./fold.ts"

type Deliver = (frame: Frame) => void
type Reply = (type: string, payload: unknown) => void

interface Room {
  readonly id: string
  readonly kind: "direct" | "group"
  name?: string
  archived?: boolean
  readonly members: Array<string>
  readonly events: Array<Event>
  readonly read: Map<string, number>
  /** Where in the log each one's marker has moved last. */
  readonly readAt: Map<string, number>
}

export interface Session {
  readonly user: string
  readonly deliver: Deliver
  synced: boolean
}

export class FakeServer {
  readonly rooms = new Map<string, Room>()
  readonly sessions = new Set<Session>()
  readonly presence = new FakePresence(this)
  /** Every `message.send` that arrived, in order. */
  readonly received: Array<string> = []
  /** What each `sync` asked for. */
  readonly syncs: Array<unknown> = []
  /** Commits, and says nothing about it. */
  silent = false
  /** The next sends are refused so. */
  readonly refusals: Array<Record<string, unknown>> = []
  /** The next sync with a cursor is refused so. */
  refuseSync: Record<string, unknown> | undefined
  /** What `hello` tells of the time. */
  clock = (): number => this.#time
  #position = 0
  #ids = 0
  #time = Date.parse("2026-11-24T09:00:00.000Z")

  room(kind: "direct" | "group", members: ReadonlyArray<string>, name?: string): string {
    const id = `cnv_${String(++this.#ids).padStart(26, "0")}`
    this.rooms.set(id, {
      id,
      kind,
      members: [...members],
      events: [],
      read: new Map(),
      readAt: new Map(),
      ...(name === undefined ? {} : { name }),
    })
    this.append(id, "conversation.created", {
      ...this.describe(id),
      members: members.map((one) => ({ user_id: one, role: "member" })),
    })
    return id
  }

  say(room: string, sender: string, text: string, clientMsgId = `id-${++this.#ids}`, to: object = {}): Event {
    const message_id = `msg_${String(++this.#ids).padStart(26, "0")}`
    return this.append(room, "message.new", { message_id, sender_id: sender, text, ...to }, clientMsgId)
  }

  append(room: string, type: string, payload: Record<string, unknown>, clientMsgId?: string): Event {
    const { events } = this.rooms.get(room)!
    const event = {
      type,
      conversation_id: room,
      seq: events.length,
      position: ++this.#position,
      ts: this.#now(),
      payload,
      ...(clientMsgId === undefined ? {} : { client_msg_id: clientMsgId }),
    }
    events.push(event)
    for (const session of this.sessions) {
      if (!session.synced || this.silent || !this.#isIn(room, session.user)) continue
      if (event.seq === 0)
        session.deliver({ type: "inbox.added", conversation_id: room, payload: this.describe(room) })
      session.deliver(this.#seenBy(event, session.user))
    }
    return event
  }

  describe(id: string): Record<string, unknown> {
    const { archived = false, events, kind, members, name } = this.rooms.get(id)!
    return {
      id,
      kind,
      name,
      created_at: events[0]?.ts ?? this.#now(),
      member_count: members.length,
      member_ids: kind === "direct" ? members : undefined,
      can_send: true,
      last_seq: events.length - 1,
      archived,
    }
  }

  attach(user: string, deliver: Deliver): Session {
    const session = { user, deliver, synced: false }
    this.sessions.add(session)
    return session
  }

  greet({ deliver, user }: Session): void {
    const hello = {
      session_id: "s",
      user_id: user,
      device_id: "d",
      cursor: String(this.#position),
      epoch: "1",
      server_time: new Date(this.clock()).toISOString(),
    }
    deliver({ type: "hello", payload: { ...hello, limits: { text_chars: 16_000 } } })
  }

  frame(session: Session, frame: Frame): void {
    const answer = (type: string, payload: unknown): void =>
      session.deliver({ type, payload, ...(frame.id === undefined ? {} : { reply_to: frame.id }) })
    if (frame.type === "sync") return this.#sync(session, frame, answer)
    if (this.presence.frame(session, frame, this.silent ? () => {} : answer)) return
    if (frame.type.startsWith("receipt.")) return this.#receipt(session, frame, answer)
    if (frame.type !== "message.send") return this.#change(session, frame, answer)
    const { text, ...to } = frame.payload as { text: string }
    this.received.push(text)
    const refusal = this.refusals.shift()
    if (refusal !== undefined) return answer("error", refusal)
    const room = this.rooms.get(frame.conversation_id ?? "")
    if (room === undefined || !room.members.includes(session.user))
      return answer("error", {
        code: "not_found",
        status: 404,
        detail: "There is no such conversation.",
        retryable: false,
      })
    const before = room.events.find(
      (one) =>
        one.client_msg_id === frame.client_msg_id &&
        (one.payload as { sender_id: string }).sender_id === session.user,
    )
    const event = before ?? this.say(room.id, session.user, text, frame.client_msg_id, to)
    const { message_id } = event.payload as { message_id: string }
    if (!this.silent)
      answer("ack", { message_id, seq: event.seq, ts: event.ts, duplicate: before !== undefined })
  }

  /** The messages as `user` reads them now. */
  messages(room: string, user: string): ReadonlyArray<FoldedMessage> {
    return fold(this.rooms.get(room)!.events, user)
  }

  /** Messages older than `before`, newest first. */
  history(room: string, user: string, before: number, limit: number): Record<string, unknown> {
    const older = this.messages(room, user)
      .filter((one) => one.seq < before)
      .reverse()
    const items = older.slice(0, limit)
    return { items, ...(older.length > limit ? { prev_cursor: String(items.at(-1)?.seq) } : {}) }
  }

  marker(room: string, user: string): { last_seq: number; read_seq: number; unread: number } {
    const { events, read } = this.rooms.get(room)!
    const read_seq = read.get(user) ?? 0
    return {
      last_seq: events.length - 1,
      read_seq,
      unread: unreadOf(this.messages(room, user), user, read_seq),
    }
  }

  /** As a restart or a busy connection would: to those who are connected, without a `seq`. */
  tell(room: string, to: (user: string) => boolean, type: string, payload: unknown): void {
    for (const { deliver, synced, user } of this.sessions)
      if (synced && !this.silent && this.#isIn(room, user) && to(user))
        deliver({ type, conversation_id: room, payload })
  }

  #receipt({ user }: Session, { conversation_id: id = "", payload, type }: Frame, answer: Reply): void {
    const room = this.rooms.get(id)!
    const up_to_seq = Math.min((payload as { up_to_seq: number }).up_to_seq, room.events.length - 1)
    if (!this.silent) answer("ack", {})
    const others = (one: string): boolean => one !== user
    if (type === "receipt.delivered")
      return this.tell(id, others, "receipt.delivery", { recipient_id: user, device_id: "d", up_to_seq })
    if (up_to_seq <= (room.read.get(user) ?? 0)) return
    room.read.set(user, up_to_seq)
    room.readAt.set(user, ++this.#position)
    this.tell(id, (one) => one === user, "inbox.updated", this.marker(id, user))
    this.tell(id, others, "receipt.read", { user_id: user, up_to_seq })
  }

  #change({ user }: Session, { conversation_id: id = "", payload, type }: Frame, answer: Reply): void {
    const refusal = this.refusals.shift() ?? refusalOf(this.messages(id, user), user, type, payload)
    if (refusal !== undefined) return this.silent ? undefined : answer("error", refusal)
    const { events } = this.rooms.get(id)!
    const event = messageEvent(this.messages(id, user), user, type, payload)
    const seq = event === undefined ? events.length - 1 : this.append(id, event.type, event.payload).seq
    if (!this.silent) answer("ack", { seq })
  }

  #sync(session: Session, frame: Frame, answer: Reply): void {
    const { cursor, known = {} } = frame.payload as { cursor?: string; known?: Record<string, number> }
    if (cursor !== undefined && this.refuseSync !== undefined) {
      answer("error", this.refuseSync)
      this.refuseSync = undefined
      return
    }
    this.syncs.push(frame.payload)
    let rooms = 0
    for (const room of this.rooms.values()) {
      if (!this.#isIn(room.id, session.user)) continue
      const newer = room.events.filter((one) => cursor === undefined || one.position > Number(cursor))
      if (newer.length === 0) continue
      rooms++
      const most = cursor === undefined ? 20 : 200
      const kept = newer.slice(-most)
      const to_seq = (kept[0]?.seq ?? 0) - 1
      const to = { conversation_id: room.id }
      if (known[room.id] === undefined)
        session.deliver({ type: "inbox.added", ...to, payload: this.describe(room.id) })
      if (cursor === undefined || newer.length > most)
        session.deliver({ type: "sync.gap", ...to, payload: { to_seq } })
      const now = this.messages(room.id, session.user)
      for (const event of kept) session.deliver(this.#seenBy(replayed(event, now), session.user))
      if (cursor === undefined || (room.readAt.get(session.user) ?? 0) > Number(cursor))
        session.deliver({ type: "inbox.updated", ...to, payload: this.marker(room.id, session.user) })
    }
    session.synced = true
    answer("ack", { cursor: String(this.#position), conversations: rooms, complete: true })
  }

  #isIn(room: string, user: string): boolean {
    return this.rooms.get(room)?.members.includes(user) === true
  }

  #seenBy({ client_msg_id, position: _position, ...event }: Event, user: string): Frame {
    const own = (event.payload as { sender_id?: string }).sender_id === user
    return own && client_msg_id !== undefined ? { ...event, client_msg_id } : event
  }

  #now(): string {
    return new Date((this.#time += 1_000)).toISOString()
  }
}
