/**
 * The stretch of the log between what was judged and what was read: messages that wait for their three seconds, and what was read and
 * seen of them meanwhile.
 *
 *   ── judged ──┤ waits … waits … waits ├── read up to here
 *               └─ position             └─ front
 *
 * Always true: a function of the log and of who was in the foreground; read again from `position` it is the same. Bounded by the log
 * of three seconds and one page.
 */
import { type StoredEvent, UnreadableEvent } from "@parley/domain/StoredEvent"
import { decodeUserEvent } from "@parley/domain/user/codec"
import type { DeviceRegistered, DeviceRevoked } from "@parley/domain/user/events"
import type { Position, RecordedEvent } from "@parley/runtime/EventStore"

/** How long after the event a message is judged. */
export const judgedAfterMs = 3_000

export const conversationPrefix = "conversation-"
export const userPrefix = "user-"

export type Candidate =
  | {
      readonly _tag: "Message"
      readonly conversation: string
      readonly seq: number
      /**
       * A `MessageSent`, decoded only if anybody can be told of it: most wait their three seconds for nothing. Absent where nobody could
       * when it was read: it is read again should that have changed.
       */
      readonly stored: StoredEvent | undefined
    }
  | {
      readonly _tag: "Device"
      readonly user: string
      readonly id: string
      readonly event: DeviceRegistered | DeviceRevoked
    }

/** What the events of a page say beside messages, each in the order of the log. */
export interface Noticed {
  /** Whose settings or devices are other than they were. */
  readonly people: ReadonlyArray<string>
  /** Whose members are. */
  readonly conversations: ReadonlyArray<string>
  readonly read: ReadonlyArray<{ user: string; conversation: string; seq: number; ts: number }>
  /** Of conversations with messages that wait only. */
  readonly delivered: ReadonlyArray<{ user: string; device: string; conversation: string; seq: number }>
  readonly unreadable: ReadonlyArray<string>
}

type Gathered = { readonly [key in keyof Noticed]: Array<Noticed[key][number]> }

interface Waiting {
  readonly candidate: Candidate
  readonly due: number
  /** The last event read before it. */
  readonly before: Position
}

/** So many that have been judged are kept until they are half of the list. */
const LEAST_CLEARED = 256

/** Of one conversation while messages of it wait. */
interface Progress {
  messages: number
  readonly read: Map<string, number>
  readonly seen: Map<string, number>
}

/** For the log of the process. */
export const unreadable = (stream: string, revision: number, { reason }: UnreadableEvent): string =>
  `${stream}@${revision}: ${reason}`

const conversationTypes = new Set(["MessageSent", "MemberAdded", "MemberRemoved"])
const userTypes = new Set([
  "DeviceRegistered",
  "DeviceRevoked",
  "DevicePushDropped",
  "UserBlocked",
  "UserUnblocked",
  "ConversationMuted",
  "ConversationUnmuted",
  "QuietHoursChanged",
  "ReadUpTo",
  "Delivered",
])

const raise = (places: Map<string, number>, user: string, seq: number): void => {
  if ((places.get(user) ?? -1) < seq) places.set(user, seq)
}

export class PushWindow {
  /** Those before `#first` have been judged: to move what is left, three seconds of messages, for each page would cost more than the rest. */
  #waiting: Array<Waiting> = []
  #first = 0
  readonly #progress = new Map<string, Progress>()
  #front: Position
  readonly #judgedAfterMs: number
  readonly #reachesNobody: (conversation: string) => boolean
  #passed = -Infinity

  /**
   * @param position everything up to there has been judged.
   * @param reachesNobody whether it is remembered that nobody can be told of a conversation's messages: those are not kept.
   */
  constructor(
    position: Position,
    afterMs = judgedAfterMs,
    reachesNobody: (conversation: string) => boolean = () => false,
  ) {
    this.#front = position
    this.#reachesNobody = reachesNobody
    this.#judgedAfterMs = afterMs
  }

  /** The last position read. */
  get front(): Position {
    return this.#front
  }

  /** Everything up to there has been judged. */
  get position(): Position {
    return this.positionAfter(0)
  }

  get size(): number {
    return this.#waiting.length - this.#first
  }

  /** @param passed the log's time up to which everything has been read, in milliseconds. @param front up to which position. */
  take(recorded: ReadonlyArray<RecordedEvent>, front: Position, passed: number): Noticed {
    const noticed: Gathered = { people: [], conversations: [], read: [], delivered: [], unreadable: [] }
    for (const one of recorded) {
      try {
        this.#one(one, noticed)
      } catch (cause) {
        // Whoever cannot read it says so elsewhere, too: nobody's later pushes wait for it.
        if (!(cause instanceof UnreadableEvent)) throw cause
        noticed.unreadable.push(unreadable(one.stream, one.revision, cause))
      }
      this.#front = one.position
    }
    this.#front = Math.max(this.#front, front)
    this.#passed = Math.max(this.#passed, passed)
    return noticed
  }

  /** A device in the foreground has got the conversation up to `seq`. */
  see(user: string, conversation: string, seq: number): void {
    const progress = this.#progress.get(conversation)
    if (progress !== undefined) raise(progress.seen, user, seq)
  }

  readSeq(user: string, conversation: string): number {
    return this.#progress.get(conversation)?.read.get(user) ?? -1
  }

  seenSeq(user: string, conversation: string): number {
    return this.#progress.get(conversation)?.seen.get(user) ?? -1
  }

  /** Those whose time has come, in the order of the log. */
  due(limit: number): ReadonlyArray<Candidate> {
    const due: Array<Candidate> = []
    for (let n = this.#first; n < this.#waiting.length && due.length < limit; n++) {
      const { candidate, due: at } = this.#waiting[n]!
      if (at > this.#passed) break
      due.push(candidate)
    }
    return due
  }

  /** Where `position` stands once the first `count` that wait have been judged. */
  positionAfter(count: number): Position {
    return this.#waiting[this.#first + count]?.before ?? this.#front
  }

  /** The first `count` have been judged. */
  judged(count: number): void {
    for (const end = this.#first + count; this.#first < end; this.#first++) {
      const { candidate } = this.#waiting[this.#first]!
      if (candidate._tag !== "Message") continue
      const progress = this.#progress.get(candidate.conversation)!
      if (--progress.messages === 0) this.#progress.delete(candidate.conversation)
    }
    if (this.#first < LEAST_CLEARED || 2 * this.#first < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#first)
    this.#first = 0
  }

  #one(recorded: RecordedEvent, noticed: Gathered): void {
    const { stream, type } = recorded
    if (stream.startsWith(conversationPrefix) && conversationTypes.has(type))
      this.#ofConversation(recorded, stream.slice(conversationPrefix.length), noticed)
    else if (stream.startsWith(userPrefix) && userTypes.has(type))
      this.#ofUser(recorded, stream.slice(userPrefix.length), noticed)
  }

  #ofConversation(recorded: RecordedEvent, conversation: string, noticed: Gathered): void {
    if (recorded.type !== "MessageSent") {
      noticed.conversations.push(conversation)
      return
    }
    const { type, data, metadata } = recorded
    const stored = this.#reachesNobody(conversation) ? undefined : { type, data, metadata }
    this.#wait(
      { _tag: "Message", conversation, seq: recorded.revision, stored },
      recorded.created + this.#judgedAfterMs,
    )
    const progress = this.#progress.get(conversation)
    if (progress === undefined)
      this.#progress.set(conversation, { messages: 1, read: new Map(), seen: new Map() })
    else progress.messages++
  }

  #ofUser(recorded: RecordedEvent, user: string, noticed: Gathered): void {
    const event = decodeUserEvent(recorded)
    switch (event._tag) {
      case "ReadUpTo":
        for (const [conversation, seq] of Object.entries(event.cursors)) {
          noticed.read.push({ user, conversation, seq, ts: event.ts })
          const progress = this.#progress.get(conversation)
          if (progress !== undefined) raise(progress.read, user, seq)
        }
        return
      case "Delivered":
        for (const [conversation, seq] of Object.entries(event.cursors))
          if (this.#progress.has(conversation))
            noticed.delivered.push({ user, device: event.device_id, conversation, seq })
        return
      case "DeviceRegistered":
      case "DeviceRevoked":
        this.#wait({ _tag: "Device", user, id: recorded.id, event }, recorded.created)
    }
    noticed.people.push(user)
  }

  #wait(candidate: Candidate, due: number): void {
    this.#waiting.push({ candidate, due, before: this.#front })
  }
}
