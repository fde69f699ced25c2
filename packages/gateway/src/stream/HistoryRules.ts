/**
 * In which conversations members see only what happened since they joined (`history: from_join`), as far as it had to be asked.
 *
 * Always true: what is known is right for ever, because a conversation is created with its rule and keeps it; forgetting costs one
 * read of the log. Asked only for events about earlier messages, so most conversations are never looked up.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { ConversationLog } from "./ConversationLog.ts"
import type { FramedEvent } from "./FramedEvent.ts"

/** Beyond this the memory starts afresh. */
const MOST = 100_000

export class HistoryRules {
  readonly #log: Pick<ConversationLog, "fromJoin">
  readonly #known = new Map<string, boolean>()

  constructor(log: Pick<ConversationLog, "fromJoin">) {
    this.#log = log
  }

  knows(conversation: string): boolean {
    return this.#known.has(conversation)
  }

  /** Afterwards `hides` is exact for this conversation. */
  learn(conversation: string): Effect.Effect<void, Unavailable> {
    return Effect.suspend(() => {
      if (this.#known.has(conversation)) return Effect.void
      return Effect.map(this.#log.fromJoin(conversation), (fromJoin) => {
        if (this.#known.size >= MOST) this.#known.clear()
        this.#known.set(conversation, fromJoin)
      })
    })
  }

  /** Whether a member who joined with the event `joined` gets `event.hidden` in its place. While the rule is not known: yes. */
  hides({ about, conversation }: FramedEvent, joined: number): boolean {
    return about !== undefined && about < joined && this.#known.get(conversation) !== false
  }

  /** Whether `hides` is exact for these events and somebody who joined at `joined`. */
  knowsFor(events: ReadonlyArray<FramedEvent>, joined: number): boolean {
    return this.#openFor(events, joined) === undefined
  }

  /** Makes sure of it. */
  learnFor(events: ReadonlyArray<FramedEvent>, joined: number): Effect.Effect<void, Unavailable> {
    const open = this.#openFor(events, joined)
    return open === undefined ? Effect.void : this.learn(open.conversation)
  }

  #openFor(events: ReadonlyArray<FramedEvent>, joined: number): FramedEvent | undefined {
    return events.find(
      ({ about, conversation }) => about !== undefined && about < joined && !this.knows(conversation),
    )
  }
}
