/**
 * What later events say about a message, as lines of an index that the store keeps beside the log:
 *
 *   edited             JSON {seq, mac} of the latest edit
 *   deleted            the seq of its deletion
 *   c/<emoji>          how many people stand behind the emoji; no line for none
 *   r/<emoji>/<user>   the seq of the reaction; no line when it was taken back
 *
 * Always true: a function of the event and its seq, so the index can be made again from the log; a later line takes the place of an
 * earlier one with the same key.
 * Not for: showing. What people look at are projections.
 */
import type { UserId } from "../ids.ts"
import type { ConversationEvent } from "./events.ts"

/** A line about the message at `seq`. `null` removes it. */
export interface Mark {
  readonly seq: number
  readonly key: string
  readonly value: string | null
}

export const editedKey = "edited"
export const deletedKey = "deleted"
/** Ends with a slash: looked up, it stands for every key that begins with it. */
export const countsPrefix = "c/"

/** No user id holds a slash, so no two pairs share a key. */
export const reactionKey = (emoji: string, user: UserId): string => `r/${emoji}/${user}`

const none: ReadonlyArray<Mark> = []

/** The lines that this event writes when it stands at `seq`. */
export const marksOf = (event: ConversationEvent, seq: number): ReadonlyArray<Mark> => {
  switch (event._tag) {
    case "MessageEdited":
      return [{ seq: event.message_seq, key: editedKey, value: JSON.stringify({ seq, mac: event.mac }) }]
    case "MessageDeleted":
      return [{ seq: event.message_seq, key: deletedKey, value: String(seq) }]
    case "ReactionAdded":
    case "ReactionRemoved": {
      const { message_seq, emoji, actor, count } = event
      return [
        { seq: message_seq, key: `${countsPrefix}${emoji}`, value: count > 0 ? String(count) : null },
        {
          seq: message_seq,
          key: reactionKey(emoji, actor),
          value: event._tag === "ReactionAdded" ? String(seq) : null,
        },
      ]
    }
    default:
      return none
  }
}

/** One message's lines, read. `reacted`: by `reactionKey`. */
export interface MarksRead {
  readonly edited: { readonly seq: number; readonly mac: string } | undefined
  readonly deleted: number | undefined
  readonly counts: ReadonlyMap<string, number>
  readonly reacted: ReadonlyMap<string, number>
}

/** Only for lines that `marksOf` made, all of one message. */
export const readMarks = (lines: ReadonlyArray<Pick<Mark, "key" | "value">>): MarksRead => {
  let edited: MarksRead["edited"]
  let deleted: number | undefined
  const counts = new Map<string, number>()
  const reacted = new Map<string, number>()
  for (const { key, value } of lines) {
    if (value === null) continue
    if (key === editedKey) edited = JSON.parse(value) as { seq: number; mac: string }
    else if (key === deletedKey) deleted = Number(value)
    else if (key.startsWith(countsPrefix)) counts.set(key.slice(countsPrefix.length), Number(value))
    else reacted.set(key, Number(value))
  }
  return { edited, deleted, counts, reacted }
}
