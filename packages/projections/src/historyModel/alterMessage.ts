/** What edits, deletions and reactions do to the row of the message that they are about. One that is not there is left alone. */
import type {
  MessageDeleted,
  MessageEdited,
  ReactionAdded,
  ReactionRemoved,
} from "@parley/domain/conversation/events"
import { type ReactionCount, withCount } from "../reactionCounts.ts"
import type { HistoryTables } from "./HistoryTables.ts"

export const alterMessage = (
  tables: HistoryTables,
  conversation: number,
  revision: number,
  event: MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved,
): void => {
  const seq = event.message_seq
  switch (event._tag) {
    case "MessageEdited":
      // The owner of an edit's key is the author, hence the sender.
      return tables.edit(conversation, seq, event.body.box, event.ts)
    case "MessageDeleted": {
      const removed = tables.remove(conversation, seq, revision)
      if (removed?.threadRoot === null) tables.noteDeletion(conversation, seq, removed.sender)
      return
    }
    case "ReactionAdded":
    case "ReactionRemoved": {
      const text = tables.reactions(conversation, seq)
      if (text === undefined) return
      const before = text === null ? [] : (JSON.parse(text) as ReadonlyArray<ReactionCount>)
      const counts = withCount(before, event.emoji, event.count)
      tables.saveReactions(conversation, seq, counts.length === 0 ? null : JSON.stringify(counts))
      tables.stand(conversation, seq, event.actor, event.emoji, event._tag === "ReactionAdded")
    }
  }
}
