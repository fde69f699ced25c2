/** Deciding as the runtime does it: what `needs` asks for is read from the facts so far, then the decision is made again. */
import type { ConversationCommand } from "@parley/domain/conversation/commands"
import { type ConversationDecision, decide } from "@parley/domain/conversation/decide"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { countsPrefix, deletedKey, editedKey, marksOf } from "@parley/domain/conversation/marks"
import { messagesOf, needs } from "@parley/domain/conversation/needs"
import type { Recollection } from "@parley/domain/conversation/RecalledMessages"
import { type ConversationState, recallMessages } from "@parley/domain/conversation/state"

/** The index that the store keeps: by seq, then by key. */
export type Marks = ReadonlyMap<number, ReadonlyMap<string, string>>

export const marksAfter = (events: ReadonlyArray<ConversationEvent>): Marks => {
  const marks = new Map<number, Map<string, string>>()
  for (const [seq, event] of events.entries())
    for (const mark of marksOf(event, seq)) {
      const lines = marks.get(mark.seq) ?? new Map<string, string>()
      marks.set(mark.seq, lines)
      if (mark.value === null) lines.delete(mark.key)
      else lines.set(mark.key, mark.value)
    }
  return marks
}

export const recollect = (
  events: ReadonlyArray<ConversationEvent>,
  wanted: ReadonlyArray<{ readonly seq: number; readonly reactions: ReadonlyArray<string> }>,
): ReadonlyArray<Recollection> => {
  const marks = marksAfter(events)
  return wanted.map(({ seq, reactions }) => ({
    seq,
    event: events[seq]!,
    reactions,
    marks: [...(marks.get(seq) ?? [])]
      .filter(
        ([key]) =>
          key === editedKey || key === deletedKey || key.startsWith(countsPrefix) || reactions.includes(key),
      )
      .map(([key, value]) => ({ key, value })),
  }))
}

export interface Recalled {
  readonly decision: ConversationDecision
  /** With what was recalled. */
  readonly state: ConversationState
}

/** @param events the facts that `state` is folded from. */
export const decideRecalling = (
  events: ReadonlyArray<ConversationEvent>,
  state: ConversationState,
  command: ConversationCommand,
): Recalled => {
  const first = decide(state, command)
  if (needs(state, command, first).messages.length === 0) return { decision: first, state }
  const knowing = recallMessages(state, recollect(events, messagesOf(state, command)))
  const decision = decide(knowing, command)
  if (needs(knowing, command, decision).messages.length > 0) throw new Error("asked twice for the same")
  return { decision, state: knowing }
}
