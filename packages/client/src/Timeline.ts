/**
 * What is held of one conversation's events: an unbroken stretch of its stream, and what history added below it.
 *
 * Always true: entries stand in `seq` order, one for each `seq`; applying a frame twice, or history over frames in either order,
 * changes nothing.
 * Not for: what is not yet in the log (`Outbox.ts`).
 */
import type { Problem } from "./Problem.ts"
import type { Frame, Member, MessageNew, Page, WireMessage } from "./wire.ts"

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
  /** Milliseconds since 1970. */
  readonly at: number
  readonly state: "pending" | "sent" | "failed"
  readonly problem?: Problem
  readonly edited: boolean
  readonly deleted: boolean
}

/** Something happened to the conversation itself. */
export interface Notice {
  readonly kind: "notice"
  readonly key: string
  readonly seq: number
  readonly at: number
  readonly event: "created" | "added" | "removed"
  readonly actorId: string | undefined
  readonly userIds: ReadonlyArray<string>
}

export type Entry = Message | Notice

type Held = (Message & { readonly seq: number; readonly asOf: number }) | Notice

export class Timeline {
  #held: Array<Held> = []
  #lastSeq: number | undefined
  /** Nothing below is held. */
  #floor: number | undefined
  #complete = false

  get entries(): ReadonlyArray<Entry> {
    return this.#held
  }

  /** The end of the unbroken stretch; absent while nothing came from the stream. */
  get lastSeq(): number | undefined {
    return this.#lastSeq
  }

  /** What to page history before; absent: from the end. */
  get oldest(): number | undefined {
    return this.#floor
  }

  /** Whether the beginning is held. */
  get complete(): boolean {
    return this.#complete
  }

  get lastMessage(): Message | undefined {
    return this.#held.findLast((entry) => entry.kind === "message")
  }

  /** `Repeated`: held already. `Broken`: frames are missing between what is held and this one, so it was not taken. */
  apply(frame: Frame & { readonly seq: number }): "Taken" | "Repeated" | "Broken" {
    const { seq } = frame
    if (this.#lastSeq !== undefined) {
      if (seq <= this.#lastSeq) return "Repeated"
      if (seq > this.#lastSeq + 1) return "Broken"
    }
    this.#lastSeq = seq
    this.#reach(seq)
    this.#fold(frame)
    return "Taken"
  }

  /** What is older than the frames to come is not replayed: forget it, history has it. */
  gap(toSeq: number): void {
    this.#held = this.#held.filter((entry) => entry.seq > toSeq)
    this.#floor = toSeq + 1
    this.#complete = toSeq < 0
    this.#lastSeq = Math.max(this.#lastSeq ?? -1, toSeq)
  }

  /** A page of history, newest first, read before `oldest`. */
  putPage(page: Page<WireMessage>): void {
    for (const message of page.items) {
      this.#put(fromHistory(message))
      this.#reach(message.seq)
    }
    if (page.prev_cursor === undefined) this.#complete = true
  }

  /** A message of one's own that the server acknowledged, before or after it comes as a frame. */
  confirm(message: Message & { readonly seq: number }): void {
    if (this.#floor !== undefined && message.seq < this.#floor) return
    if (!this.#held.some((entry) => entry.seq === message.seq)) this.#put({ ...message, asOf: message.seq })
  }

  #fold(frame: Frame & { readonly seq: number }): void {
    const { payload, seq } = frame
    switch (frame.type) {
      case "message.new":
        return this.#put(fromFrame(frame, payload as MessageNew))
      case "message.edited": {
        const { message_id, text } = payload as { message_id: string; text: string }
        return this.#change(message_id, seq, (message) => ({ ...message, text, edited: true }))
      }
      case "message.deleted":
        return this.#change(
          (payload as { message_id: string }).message_id,
          seq,
          ({ text: _text, ...message }) => ({
            ...message,
            deleted: true,
          }),
        )
      case "conversation.created":
      case "member.added": {
        const { actor_id, members } = payload as { actor_id?: string; members?: ReadonlyArray<Member> }
        const event = frame.type === "member.added" ? "added" : "created"
        return this.#put(
          notice(
            frame,
            event,
            actor_id,
            (members ?? []).map((member) => member.user_id),
          ),
        )
      }
      case "member.removed": {
        const { actor_id, user_ids } = payload as { actor_id: string; user_ids: ReadonlyArray<string> }
        return this.#put(notice(frame, "removed", actor_id, user_ids))
      }
    }
  }

  #reach(seq: number): void {
    this.#floor = Math.min(this.#floor ?? seq, seq)
    if (seq === 0) this.#complete = true
  }

  #put(entry: Held): void {
    let at = this.#held.length
    while (at > 0 && (this.#held[at - 1]?.seq ?? -1) >= entry.seq) at--
    const there = this.#held[at]
    const same = there?.seq === entry.seq
    if (same && there.kind === "message" && entry.kind === "message" && there.asOf > entry.asOf) return
    this.#held = this.#held.toSpliced(at, same ? 1 : 0, entry)
  }

  #change(messageId: string, seq: number, change: (message: Held & Message) => Held & Message): void {
    this.#held = this.#held.map((entry) =>
      entry.kind === "message" && entry.messageId === messageId && entry.asOf < seq
        ? { ...change(entry), asOf: seq }
        : entry,
    )
  }
}

const fromFrame = (frame: Frame & { readonly seq: number }, payload: MessageNew): Held => ({
  kind: "message",
  key: frame.client_msg_id ?? payload.message_id,
  seq: frame.seq,
  asOf: frame.seq,
  messageId: payload.message_id,
  senderId: payload.sender_id,
  ...(payload.text === undefined ? {} : { text: payload.text }),
  at: Date.parse(frame.ts ?? ""),
  state: "sent",
  edited: false,
  deleted: payload.deleted === true,
})

export const fromHistory = (
  message: WireMessage,
): Message & { readonly seq: number; readonly asOf: number } => ({
  kind: "message",
  key: message.client_msg_id ?? message.message_id,
  seq: message.seq,
  asOf: message.as_of_seq,
  messageId: message.message_id,
  senderId: message.sender_id,
  ...(message.text === undefined ? {} : { text: message.text }),
  at: Date.parse(message.ts),
  state: "sent",
  edited: message.edited_at !== undefined,
  deleted: message.deleted === true,
})

const notice = (
  frame: Frame & { readonly seq: number },
  event: Notice["event"],
  actorId: string | undefined,
  userIds: ReadonlyArray<string>,
): Notice => ({
  kind: "notice",
  key: `${frame.conversation_id}/${frame.seq}`,
  seq: frame.seq,
  at: Date.parse(frame.ts ?? ""),
  event,
  actorId,
  userIds,
})
