/**
 * What a replay shows of messages that were edited or deleted since (protocol, section 4: a replay shows the present).
 *
 * Always true: of a run of one conversation's events, each message and each edit says what the last edit in the run says, and
 * nothing once it is deleted there. What happened after the run is not known here and follows it as frames.
 */
import { withEdit } from "@parley/domain/wire/MessageContent"
import type { Opened } from "@parley/domain/wire/frame"
import type { SpokenEvent } from "./frames.ts"

/** `undefined`: nothing any more. */
type Words = string | undefined

/** @param events of one conversation, in order. */
export const presentWords = (events: ReadonlyArray<SpokenEvent>): ReadonlyArray<Opened> => {
  const standing = new Map<number, Words>()
  for (const { event, opened } of events) {
    if (event._tag === "MessageDeleted") standing.set(event.message_seq, undefined)
    else if (event._tag === "MessageEdited") standing.set(event.message_seq, opened.body)
  }
  return standing.size === 0
    ? events.map(({ opened }) => opened)
    : events.map((spoken) => present(spoken, standing))
}

const present = ({ event, opened, seq }: SpokenEvent, standing: ReadonlyMap<number, Words>): Opened => {
  const message =
    event._tag === "MessageSent" ? seq : event._tag === "MessageEdited" ? event.message_seq : undefined
  if (message === undefined || !standing.has(message)) return opened
  const words = standing.get(message)
  const said = opened.body
  // Erased, whatever was said of it later.
  if (words === undefined || said === undefined) return {}
  return { ...opened, body: event._tag === "MessageSent" ? withEdit(said, words) : words }
}
