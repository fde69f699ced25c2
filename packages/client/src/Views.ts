/**
 * What a screen draws, as values that stay the same object until something in them changes.
 *
 * Always true: two readings without a change between them are identical (`===`), and a part that did not change keeps its identity
 * inside a whole that did. Listeners hear of the first change at once and then at most once a frame of the screen, so a replay of
 * thousands of frames is not drawn thousands of times; a reading is never older than the last change.
 * Not for: React alone; `react.ts` is one user of it.
 */
import type { Status } from "./Connection.ts"
import type { Entry, Message } from "./Entry.ts"
import type { Change } from "./Options.ts"
import type { Parley } from "./connect.ts"
import type { Conversation } from "./wire.ts"

/** One line of the list of conversations. */
export interface ConversationLine {
  readonly id: string
  readonly conversation: Conversation
  /** One's own unsent ones included. */
  readonly lastMessage: Message | undefined
  readonly unread: number
  readonly muted: boolean
}

export interface ConversationView {
  readonly id: string
  /** `undefined` while nothing is known of it. */
  readonly conversation: Conversation | undefined
  /** In order; what is not yet in the log comes last. */
  readonly entries: ReadonlyArray<Entry>
  /** Whether there may be older messages than those in `entries`. */
  readonly hasOlder: boolean
  readonly unread: number
  /** The last `seq` that the person has read; -1 while nothing is known. */
  readonly readSeq: number
  /** The furthest `seq` that somebody else has got, and read; -1: nothing is known. For the ticks of one's own messages. */
  readonly deliveredUpTo: number
  readonly readUpTo: number
  readonly muted: boolean
}

const frameMs = 16

export class Views {
  readonly #parley: Parley
  readonly #after: (ms: number, run: () => void) => unknown
  readonly #listeners = new Set<() => void>()
  #lines: ReadonlyMap<string, ConversationLine> = new Map()
  #list: ReadonlyArray<ConversationLine> | undefined
  readonly #conversations = new Map<string, { view: ConversationView; stale: boolean }>()
  #resting = false
  #changed = false

  constructor(parley: Parley, after: (ms: number, run: () => void) => unknown) {
    this.#parley = parley
    this.#after = after
    parley.subscribe((change) => this.#note(change))
  }

  /** Heard after anything changed. Read again what you show: what did not change is the same object. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly status = (): Status => this.#parley.status

  /** Latest activity first. */
  readonly conversations = (): ReadonlyArray<ConversationLine> => {
    if (this.#list !== undefined) return this.#list
    const list = this.#parley.conversations.map((one) => this.#line(one))
    this.#lines = new Map(list.map((line) => [line.id, line]))
    this.#list = list
    return list
  }

  conversation(id: string): ConversationView {
    const held = this.#conversations.get(id)
    if (held !== undefined && !held.stale) return held.view
    const view = kept(held?.view, this.#read(id))
    this.#conversations.set(id, { view, stale: false })
    return view
  }

  #line(conversation: Conversation): ConversationLine {
    const { id } = conversation
    const parley = this.#parley
    return kept(this.#lines.get(id), {
      id,
      conversation,
      lastMessage: parley.lastMessage(id),
      unread: parley.unread(id),
      muted: parley.preferences.isMuted(id),
    })
  }

  #read(id: string): ConversationView {
    const parley = this.#parley
    return {
      id,
      conversation: parley.conversation(id),
      entries: parley.entries(id),
      hasOlder: parley.hasOlder(id),
      unread: parley.unread(id),
      readSeq: parley.readSeq(id),
      ...parley.reached(id),
      muted: parley.preferences.isMuted(id),
    }
  }

  #note(change: Change): void {
    if (change._tag === "Conversation") {
      this.#list = undefined
      const held = this.#conversations.get(change.id)
      if (held !== undefined) held.stale = true
    } else if (change._tag === "Everything" || change._tag === "Preferences") {
      this.#list = undefined
      for (const held of this.#conversations.values()) held.stale = true
    }
    if (this.#listeners.size > 0) this.#tell()
  }

  #tell(): void {
    if (this.#resting) {
      this.#changed = true
      return
    }
    this.#resting = true
    this.#changed = false
    this.#after(frameMs, () => {
      this.#resting = false
      if (this.#changed) this.#tell()
    })
    for (const listener of this.#listeners) listener()
  }
}

/** The earlier object, if the later one says the same. */
const kept = <Value extends object>(before: Value | undefined, after: Value): Value => {
  if (before === undefined) return after
  for (const key of Object.keys(after) as Array<keyof Value>)
    if (!Object.is(before[key], after[key])) return after
  return before
}
