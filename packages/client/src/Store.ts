/**
 * Everything that is known here of one person's conversations: what came from the server, in memory.
 *
 * Always true: it only ever repeats what the server said; it may be emptied at any time and filled again by `sync`.
 * Not for: what is still to be sent (`Outbox.ts`, `Changes.ts`).
 */
import { type LogMessage, type Message, fromHistory, messageOf } from "./Entry.ts"
import { Reading } from "./Reading.ts"
import { Timeline, isNews } from "./Timeline.ts"
import type { Conversation, Frame, InboxItem, Marker, Member, Page, WireMessage } from "./wire.ts"

export interface Held {
  conversation: Conversation | undefined
  /** The event as of which `conversation` is described: an answer from before it is old. */
  describedAt: number
  /** The last message as the inbox told it, for a conversation of which nothing else is held. */
  preview: Message | undefined
  readonly timeline: Timeline
  readonly reading: Reading
}

export class Store {
  /** What to hand to the next `sync`. */
  cursor: string | undefined
  readonly #me: () => string
  readonly #held = new Map<string, Held>()
  readonly #changed: (conversationId: string | undefined) => void

  /** `changed` hears the conversation that changed; without one, all that was held is gone. */
  constructor(me: () => string, changed: (conversationId: string | undefined) => void) {
    this.#me = me
    this.#changed = changed
  }

  /** Those the person is in, in no order. */
  *conversations(): Iterable<Conversation> {
    for (const { conversation } of this.#held.values()) if (conversation !== undefined) yield conversation
  }

  get(id: string): Held | undefined {
    return this.#held.get(id)
  }

  lastMessage(id: string): Message | undefined {
    const held = this.#held.get(id)
    return held?.timeline.lastMessage ?? held?.preview
  }

  /** Events of unknown types, over all conversations. */
  get unknown(): number {
    let unknown = 0
    for (const { timeline } of this.#held.values()) unknown += timeline.unknown
    return unknown
  }

  /** Those of which it is not known how much is unread. */
  get unsure(): ReadonlyArray<string> {
    return [...this.#held].flatMap(([id, { conversation, reading }]) =>
      conversation !== undefined && reading.unsure ? [id] : [],
    )
  }

  /** What the inbox says of these alone. */
  recount(items: ReadonlyArray<InboxItem>, ids: ReadonlyArray<string>): void {
    for (const { id, ...marker } of items) {
      if (!ids.includes(id)) continue
      this.#held.get(id)?.reading.mark(marker)
      this.#changed(id)
    }
  }

  /** Whether what is held of the message includes the event. */
  reached(id: string, messageId: string, seq: number): boolean {
    const timeline = this.#held.get(id)?.timeline
    if (timeline === undefined || (timeline.lastSeq ?? -1) >= seq) return true
    return (timeline.message(messageId)?.asOf ?? -1) >= seq
  }

  /** For `sync`: what need not be repeated. */
  known(): Readonly<Record<string, number>> {
    const known: Record<string, number> = {}
    for (const [id, { conversation, timeline }] of this.#held)
      if (conversation !== undefined && timeline.lastSeq !== undefined) known[id] = timeline.lastSeq
    return known
  }

  /** `Broken`: the server left frames out, and the connection is not to be trusted further. */
  apply(frame: Frame): "Done" | "Broken" {
    const { conversation_id: id, payload, seq } = frame
    if (frame.type === "cursor") this.cursor = (payload as { cursor: string }).cursor
    if (id === undefined) return "Done"
    if (seq !== undefined) {
      const held = this.#of(id)
      const about = (payload as { readonly message_id?: string } | undefined)?.message_id
      const before = about === undefined ? undefined : held.timeline.message(about)
      const outcome = held.timeline.apply({ ...frame, seq })
      if (before !== undefined) this.#withdraw(held, before, seq)
      else if (frame.type === "message.deleted" && held.reading.unread > 0) held.reading.missed(seq)
      if (outcome === "Broken") return "Broken"
      if (outcome === "Taken") this.#describeBy(held, { ...frame, seq })
    } else this.#note(id, frame)
    this.#changed(id)
    return "Done"
  }

  putConversation(conversation: Conversation): void {
    this.#describe(conversation.id, conversation)
    this.#changed(conversation.id)
  }

  putInbox(items: ReadonlyArray<InboxItem>): void {
    for (const { last_message, read_seq, unread, ...conversation } of items) {
      const held = this.#describe(conversation.id, conversation)
      held.reading.mark({ last_seq: conversation.last_seq, read_seq, unread })
      if (last_message !== undefined) held.preview = fromHistory(last_message)
      this.#changed(conversation.id)
    }
  }

  /** Throws what `read` throws. */
  async loadOlder(
    id: string,
    read: (before: number | undefined) => Promise<Page<WireMessage>>,
  ): Promise<void> {
    await this.#of(id).timeline.load(read)
    this.#changed(id)
  }

  confirm(id: string, message: LogMessage): void {
    this.#held.get(id)?.timeline.confirm(message)
    this.#changed(id)
  }

  /** The server's log is not the one that this came from. */
  reset(): void {
    this.cursor = undefined
    this.#held.clear()
    this.#changed(undefined)
  }

  /** A message that was there to be read, and is deleted. */
  #withdraw({ reading, timeline }: Held, before: LogMessage, at: number): void {
    const after = timeline.message(before.messageId)
    if (after !== undefined && isNews(before, this.#me()) && !isNews(after, this.#me()))
      reading.withdrawn(before.seq, at)
  }

  #of(id: string): Held {
    let held = this.#held.get(id)
    if (held === undefined) {
      const timeline = new Timeline(this.#me())
      const reading = new Reading(timeline)
      held = { conversation: undefined, describedAt: -1, preview: undefined, timeline, reading }
      this.#held.set(id, held)
    }
    return held
  }

  #describe(id: string, conversation: Conversation): Held {
    const held = this.#of(id)
    if (conversation.last_seq < held.describedAt) return held
    held.describedAt = conversation.last_seq
    held.conversation = { ...conversation }
    return held
  }

  /** Frames that are no events. */
  #note(id: string, { payload, type }: Frame): void {
    if (type === "inbox.added") this.#describe(id, payload as Conversation)
    else if (type === "inbox.removed") this.#held.delete(id)
    else if (type === "sync.gap") {
      const { to_seq } = payload as { readonly to_seq: number }
      this.#of(id).timeline.gap(to_seq)
      this.#of(id).reading.missed(to_seq)
    } else if (type === "inbox.updated") this.#held.get(id)?.reading.mark(payload as Marker)
    else if (type === "receipt.delivery" || type === "receipt.read") {
      const { recipient_id, up_to_seq, user_id } = payload as Readonly<Record<string, string>> & {
        readonly up_to_seq: number
      }
      const userId = recipient_id ?? user_id ?? ""
      if (userId !== this.#me()) this.#held.get(id)?.reading.heard(type === "receipt.read", up_to_seq)
    }
  }

  /** What events say of the conversation itself. Who reads a frame of it is in it, so `conversation.created` describes it. */
  #describeBy(held: Held, frame: Frame & { readonly seq: number }): void {
    const { seq, type } = frame
    const payload = frame.payload as Partial<Conversation> & {
      readonly members?: ReadonlyArray<Member>
      readonly user_id?: string
    }
    const mine = payload.members?.find((member) => member.user_id === this.#me())
    if (type === "message.new" && isNews(messageOf(frame), this.#me())) held.reading.news(seq)
    if ((type === "conversation.created" || type === "member.added") && mine !== undefined)
      held.reading.readUpTo(seq)
    const before = held.conversation
    if (
      type === "conversation.created" ||
      type === "conversation.updated" ||
      type === "conversation.archived"
    ) {
      const { members: _members, ...whole } = payload as Conversation & { members?: unknown }
      // What is not said any more is gone: the topic can be taken away.
      held.conversation = { ...own(before), ...whole, id: frame.conversation_id ?? whole.id }
    } else if (before !== undefined && payload.member_count !== undefined)
      held.conversation = { ...before, member_count: payload.member_count }
    const role =
      mine?.role ??
      (type === "member.role_changed" && payload.user_id === this.#me() ? payload.role : undefined)
    if (held.conversation === undefined) return
    if (role !== undefined) held.conversation = { ...held.conversation, role, can_send: role !== "reader" }
    held.conversation = { ...held.conversation, last_seq: Math.max(seq, held.conversation.last_seq) }
    if (!/^(message|reaction|event)\./.test(type)) held.describedAt = Math.max(held.describedAt, seq)
  }
}

/** The reader's own fields, which events do not tell. */
const own = (conversation: Conversation | undefined): Pick<Conversation, "role" | "can_send"> => ({
  ...(conversation?.role === undefined ? {} : { role: conversation.role }),
  ...(conversation?.can_send === undefined ? {} : { can_send: conversation.can_send }),
})
