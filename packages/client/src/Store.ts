/**
 * Everything that is known here of one person's conversations: what came from the server, in memory.
 *
 * Always true: it only ever repeats what the server said; it may be emptied at any time and filled again by `sync`.
 * Not for: what is still to be sent (`Outbox.ts`).
 */
import { type Message, Timeline, fromHistory } from "./Timeline.ts"
import type { Conversation, Frame, InboxItem, Page, WireMessage } from "./wire.ts"

interface Held {
  conversation: Conversation | undefined
  /** The last message as the inbox told it, for a conversation of which nothing else is held. */
  preview: Message | undefined
  timeline: Timeline
}

export class Store {
  /** What to hand to the next `sync`. */
  cursor: string | undefined
  readonly #held = new Map<string, Held>()
  readonly #changed: (conversationId: string | undefined) => void

  /** `changed` hears the conversation that changed; without one, anything may have. */
  constructor(changed: (conversationId: string | undefined) => void) {
    this.#changed = changed
  }

  /** Those the person is in, in no order. */
  *conversations(): Iterable<Conversation> {
    for (const { conversation } of this.#held.values()) if (conversation !== undefined) yield conversation
  }

  conversation(id: string): Conversation | undefined {
    return this.#held.get(id)?.conversation
  }

  timeline(id: string): Timeline | undefined {
    return this.#held.get(id)?.timeline
  }

  lastMessage(id: string): Message | undefined {
    const held = this.#held.get(id)
    return held?.timeline.lastMessage ?? held?.preview
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
    if (frame.type === "inbox.added") this.#describe(id, payload as Conversation)
    else if (frame.type === "inbox.removed") this.#held.delete(id)
    else if (frame.type === "sync.gap") this.#of(id).timeline.gap((payload as { to_seq: number }).to_seq)
    else if (seq !== undefined) {
      const outcome = this.#of(id).timeline.apply({ ...frame, seq })
      if (outcome === "Broken") return "Broken"
      if (outcome === "Taken") this.#describeBy(id, frame)
    }
    this.#changed(id)
    return "Done"
  }

  putConversation(conversation: Conversation): void {
    this.#describe(conversation.id, conversation)
    this.#changed(conversation.id)
  }

  putInbox(items: ReadonlyArray<InboxItem>): void {
    for (const { last_message, ...conversation } of items) {
      const held = this.#describe(conversation.id, conversation)
      if (last_message !== undefined) held.preview = fromHistory(last_message)
    }
    this.#changed(undefined)
  }

  putPage(id: string, page: Page<WireMessage>): void {
    this.#held.get(id)?.timeline.putPage(page)
    this.#changed(id)
  }

  confirm(id: string, message: Message & { readonly seq: number }): void {
    this.#held.get(id)?.timeline.confirm(message)
    this.#changed(id)
  }

  /** The server's log is not the one that this came from. */
  reset(): void {
    this.cursor = undefined
    this.#held.clear()
    this.#changed(undefined)
  }

  #of(id: string): Held {
    const held = this.#held.get(id) ?? {
      conversation: undefined,
      preview: undefined,
      timeline: new Timeline(),
    }
    this.#held.set(id, held)
    return held
  }

  #describe(id: string, conversation: Conversation): Held {
    const held = this.#of(id)
    held.conversation = { ...held.conversation, ...conversation }
    return held
  }

  /** What events say of the conversation itself. Who reads a frame of it is in it, so `conversation.created` describes it. */
  #describeBy(id: string, frame: Frame): void {
    const held = this.#of(id)
    const payload = frame.payload as Partial<Conversation>
    if (
      frame.type === "conversation.created" ||
      frame.type === "conversation.updated" ||
      frame.type === "conversation.archived"
    )
      held.conversation = { ...held.conversation, ...(payload as Conversation), id }
    else if (held.conversation !== undefined && payload.member_count !== undefined)
      held.conversation = { ...held.conversation, member_count: payload.member_count }
  }
}
