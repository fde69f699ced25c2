import type { ConversationEvent } from "@parley/domain/conversation/events"
import { editedKey, deletedKey, reactionKey } from "@parley/domain/conversation/marks"
import { type RecalledMessages, recollect as recall } from "@parley/domain/conversation/RecalledMessages"
import { nothingRecalled } from "@parley/domain/conversation/RecalledMessages"
import * as HashMap from "effect/HashMap"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { history } from "./histories.ts"
import { marksAfter, recollect } from "./recalling.ts"

/** Counted from the log alone: who stands behind which emoji, the last edit, the deletion. */
const recount = (events: ReadonlyArray<ConversationEvent>): Map<number, Map<string, string>> => {
  const lines = new Map<number, Map<string, string>>()
  const people = new Map<number, Map<string, Map<string, number>>>()
  const at = (seq: number): Map<string, string> => {
    const found = lines.get(seq) ?? new Map<string, string>()
    lines.set(seq, found)
    return found
  }
  for (const [seq, event] of events.entries()) {
    if (event._tag === "MessageEdited")
      at(event.message_seq).set(editedKey, JSON.stringify({ seq, mac: event.mac }))
    if (event._tag === "MessageDeleted") at(event.message_seq).set(deletedKey, String(seq))
    if (event._tag !== "ReactionAdded" && event._tag !== "ReactionRemoved") continue
    at(event.message_seq)
    const emojis = people.get(event.message_seq) ?? new Map<string, Map<string, number>>()
    people.set(event.message_seq, emojis)
    const who = emojis.get(event.emoji) ?? new Map<string, number>()
    emojis.set(event.emoji, who)
    if (event._tag === "ReactionAdded") who.set(event.actor, seq)
    else who.delete(event.actor)
    expect(event.count).toBe(who.size)
  }
  for (const [message, emojis] of people)
    for (const [emoji, who] of emojis) {
      if (who.size > 0) at(message).set(`c/${emoji}`, String(who.size))
      for (const [user, seq] of who) at(message).set(reactionKey(emoji, user), String(seq))
    }
  return lines
}

it("marks agree with a recount of the log: the last edit, the deletion, who reacted with what and how many", () => {
  fc.assert(
    fc.property(history, ({ events }) => {
      expect(marksAfter(events)).toEqual(recount(events))
    }),
    { numRuns: 500 },
  )
})

const view = (recalled: RecalledMessages, seq: number): unknown => {
  const message = HashMap.get(recalled, seq)
  if (message._tag === "None" || message.value === null) return message
  const { counts, reactions, ...plain } = message.value
  return { ...plain, counts: [...counts].sort(), reactions: [...reactions].sort() }
}

it("what was recalled once and kept true by evolve is what the log and the marks say at every step", () => {
  fc.assert(
    fc.property(history, ({ steps, events }) => {
      let seen = 0
      for (const { after } of steps) {
        seen = after.revision + 1
        if (after._tag === "Absent") continue
        for (const [seq, message] of after.recalled) {
          const reactions = message === null ? [] : [...message.reactions].map(([key]) => key)
          const fresh = recall(nothingRecalled, recollect(events.slice(0, seen), [{ seq, reactions }]))
          expect(view(after.recalled, seq)).toEqual(view(fresh, seq))
        }
      }
    }),
    { numRuns: 200 },
  )
})
