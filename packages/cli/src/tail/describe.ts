/**
 * An event of the log as a person reads it.
 *
 * Always true: every event becomes a line; one that this program does not know, or cannot read, is named by its type and shown as
 * far as its metadata goes.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import { UnreadableEvent } from "@parley/domain/StoredEvent"
import { decodeUserEvent } from "@parley/domain/user/codec"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { logOpenedType, logStream } from "@parley/runtime/eventStore/logOpened"
import { sealedOwners } from "@parley/runtime/eventStore/sealedOwners"
import { describeConversation, type Happening } from "./describeConversation.ts"
import { describeUser } from "./describeUser.ts"
import type { Opener } from "./Opener.ts"

export interface Line extends Happening {
  readonly conversation?: string
  /** Milliseconds. */
  readonly time: number
  readonly erased: boolean
}

export const conversationPrefix = "conversation-"
const userPrefix = "user-"

const trailOf = ({ metadata, created }: RecordedEvent): { readonly actor: string; readonly time: number } => {
  try {
    const { actor, ts } = JSON.parse(metadata) as { readonly actor?: unknown; readonly ts?: unknown }
    return {
      actor: typeof actor === "string" ? actor : "somebody",
      time: typeof ts === "number" ? ts : created,
    }
  } catch {
    return { actor: "somebody", time: created }
  }
}

const unknown = (recorded: RecordedEvent, who: string): Happening => ({
  who,
  what: `did ${recorded.type} [unknown here]${
    recorded.stream.startsWith(conversationPrefix) ? "" : ` in ${recorded.stream}`
  }`,
})

const happening = (recorded: RecordedEvent, actor: string, opener: Opener): Happening => {
  const { stream, type } = recorded
  if (stream === logStream && type === logOpenedType)
    return { who: "parley", what: `opened the log as epoch ${recorded.id}` }
  try {
    if (stream.startsWith(conversationPrefix))
      return describeConversation(decodeEvent(recorded), stream.slice(conversationPrefix.length), opener)
    if (stream.startsWith(userPrefix))
      return describeUser(decodeUserEvent(recorded), stream.slice(userPrefix.length), opener)
  } catch (cause) {
    if (!(cause instanceof UnreadableEvent)) throw cause
  }
  return unknown(recorded, actor)
}

export const describe = (recorded: RecordedEvent, opener: Opener): Line => {
  const { actor, time } = trailOf(recorded)
  const found = happening(recorded, actor, opener)
  return {
    ...found,
    time,
    erased: opener.isErased(found.who),
    ...(recorded.stream.startsWith(conversationPrefix)
      ? { conversation: recorded.stream.slice(conversationPrefix.length) }
      : {}),
  }
}

/** The people whom it takes to describe these: who did it, and whose keys sealed what is in it. */
export const peopleIn = (events: ReadonlyArray<RecordedEvent>): ReadonlySet<string> => {
  const people = sealedOwners(events.map((one) => one.data))
  for (const one of events) people.add(trailOf(one).actor)
  return people
}
