/**
 * What is held of one conversation's events: an unbroken stretch of its stream, and what history added below it.
 *
 * Always true: entries stand in `seq` order, one for each `seq`, without a hole between the oldest and the end; applying a frame
 * twice, or history over frames in either order, changes nothing.
 * Not for: what is not yet in the log (`Outbox.ts`, `Changes.ts`).
 */
import {
  type Entry,
  type Event,
  type LogMessage,
  type Notice,
  fromHistory,
  messageOf,
  noticeOf,
} from "./Entry.ts"
import { type MessageChange, changeOf } from "./messageChange.ts"
import type { Page, WireMessage } from "./wire.ts"

type Held = LogMessage | Notice

export class Timeline {
  readonly #me: string
  #held: ReadonlyArray<Held> = []
  #lastSeq: number | undefined
  /** Nothing below is held. */
  #floor: number | undefined
  #complete = false
  /** Pages on their way, and the changes since the first of them was asked for: a page may be older than these. */
  #loading = 0
  #changes: Array<MessageChange & { readonly seq: number }> = []
  /** Keys of entries that came, changed or went since `takeTouched`. */
  readonly #touched = new Set<string>()
  /** Events of a type that this client does not know. */
  unknown = 0

  constructor(me: string) {
    this.#me = me
  }

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

  /** The keys of the entries that came, changed or went since this was last asked. */
  takeTouched(): ReadonlyArray<string> {
    const keys = [...this.#touched]
    this.#touched.clear()
    return keys
  }

  /** Replies in threads aside. */
  get lastMessage(): LogMessage | undefined {
    return this.#held.findLast((entry) => entry.kind === "message" && entry.threadRoot === undefined) as
      | LogMessage
      | undefined
  }

  message(messageId: string): LogMessage | undefined {
    return this.#held.find((entry) => entry.kind === "message" && entry.messageId === messageId) as
      | LogMessage
      | undefined
  }

  /** Others' messages after `seq` that are there to be read; `undefined` when not all after it are held. */
  unreadAfter(seq: number): number | undefined {
    if (!this.#complete && (this.#floor === undefined || this.#floor > seq + 1)) return undefined
    let unread = 0
    for (const entry of this.#held) if (entry.seq > seq && isNews(entry, this.#me)) unread++
    return unread
  }

  /** `Repeated`: held already. `Broken`: frames are missing between what is held and this one, so it was not taken. */
  apply(frame: Event): "Taken" | "Repeated" | "Broken" {
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
    for (const entry of this.#held) if (entry.seq <= toSeq) this.#touched.add(entry.key)
    this.#held = this.#held.filter((entry) => entry.seq > toSeq)
    this.#floor = toSeq + 1
    this.#complete = toSeq < 0
    this.#lastSeq = Math.max(this.#lastSeq ?? -1, toSeq)
  }

  /** A page of history, newest first, older than what is held. Throws what `read` throws. */
  async load(read: (before: number | undefined) => Promise<Page<WireMessage>>): Promise<void> {
    const before = this.#floor
    this.#loading++
    try {
      const page = await read(before)
      // The place that it was for has moved: it would leave a hole.
      if (this.#floor === before) this.#putPage(page)
    } finally {
      if (--this.#loading === 0) this.#changes = []
    }
  }

  /** A message of one's own that the server acknowledged, before or after it comes as a frame. */
  confirm(message: LogMessage): void {
    if (this.#floor !== undefined && message.seq < this.#floor) return
    if (!this.#held.some((entry) => entry.seq === message.seq)) this.#put(message)
  }

  #putPage(page: Page<WireMessage>): void {
    for (const item of page.items) {
      let message = fromHistory(item)
      for (const { apply, messageId, seq } of this.#changes)
        if (messageId === message.messageId && seq > message.asOf) message = { ...apply(message), asOf: seq }
      this.#put(message)
      this.#reach(item.seq)
    }
    if (page.prev_cursor === undefined) this.#complete = true
  }

  #fold(frame: Event): void {
    const change = changeOf(frame, this.#me)
    if (change !== undefined) this.#change({ ...change, seq: frame.seq })
    if (frame.type === "message.new") return this.#put(messageOf(frame))
    const notice = noticeOf(frame)
    if (notice !== undefined) return this.#put(notice)
    if (change === undefined && frame.type !== "event.hidden") this.unknown++
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
    this.#touched.add(entry.key)
    this.#held = this.#held.toSpliced(at, same ? 1 : 0, entry)
  }

  #change(change: MessageChange & { readonly seq: number }): void {
    if (this.#loading > 0) this.#changes.push(change)
    const { apply, messageId, seq } = change
    const at = this.#held.findLastIndex(
      (entry) => entry.kind === "message" && entry.messageId === messageId && entry.asOf < seq,
    )
    if (at < 0) return
    const changed = { ...apply(this.#held[at] as LogMessage), asOf: seq }
    this.#touched.add(changed.key)
    this.#held = this.#held.with(at, changed)
  }
}

/** Counts as unread until it is read (protocol, section 6). */
export const isNews = (entry: Entry, me: string): boolean =>
  entry.kind === "message" && entry.senderId !== me && !entry.deleted && entry.threadRoot === undefined
