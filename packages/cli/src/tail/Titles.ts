/**
 * What conversations are called, for lines of many conversations side by side.
 *
 * Always true: kept sealed and opened for each stretch anew. A title is as of the lines seen so far: the first one's until it changes.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { settingPlace } from "@parley/domain/conversation/places"
import type { Sealed } from "@parley/domain/Sealed"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { conversationPrefix } from "./describe.ts"
import type { Opener } from "./Opener.ts"

interface Title {
  readonly name?: Sealed
  readonly pair?: ReadonlyArray<string>
}

const titleFrom = (event: ConversationEvent): Title | undefined => {
  switch (event._tag) {
    case "ConversationCreated":
      return {
        ...(event.name === undefined ? {} : { name: event.name }),
        ...(event.kind === "direct" ? { pair: event.members.map((one) => one.user_id) } : {}),
      }
    case "ConversationUpdated":
      return event.name === undefined ? undefined : { name: event.name }
    default:
      return undefined
  }
}

const longest = 24

export class Titles {
  readonly #titles = new Map<string, Title>()
  readonly #first: (stream: string) => RecordedEvent | undefined

  /** @param first the first event of a stream. */
  constructor(first: (stream: string) => RecordedEvent | undefined) {
    this.#first = first
  }

  /** Looks at events before they are shown; returns those whose owners' keys the titles need. */
  learn(events: ReadonlyArray<RecordedEvent>): ReadonlyArray<string> {
    const owners = new Set<string>()
    for (const one of events) {
      if (!one.stream.startsWith(conversationPrefix)) continue
      const title = this.#learnt(one)
      if (title?.name !== undefined) owners.add(title.name.owner)
    }
    return [...owners]
  }

  of(conversation: string, opener: Opener): string {
    const { name, pair } = this.#titles.get(conversation) ?? {}
    const title =
      name === undefined ? undefined : opener.open(settingPlace(conversation as never, "name"), name)
    const shown = title ?? pair?.join(" & ") ?? `…${conversation.slice(-6)}`
    return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown
  }

  #learnt(recorded: RecordedEvent): Title | undefined {
    const conversation = recorded.stream.slice(conversationPrefix.length)
    const title = this.#read(recorded) ?? this.#titles.get(conversation)
    if (title !== undefined) {
      this.#titles.set(conversation, title)
      return title
    }
    const first = this.#first(recorded.stream)
    const found = (first === undefined ? undefined : this.#read(first)) ?? {}
    this.#titles.set(conversation, found)
    return found
  }

  #read(recorded: RecordedEvent): Title | undefined {
    if (recorded.type !== "ConversationCreated" && recorded.type !== "ConversationUpdated") return undefined
    try {
      return titleFrom(decodeEvent(recorded))
    } catch {
      return undefined
    }
  }
}
