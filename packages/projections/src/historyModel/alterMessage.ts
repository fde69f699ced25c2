/** What edits, deletions and reactions do to the row of the message that they are about. One that is not there is left alone. */
import type {
  MessageDeleted,
  MessageEdited,
  ReactionAdded,
  ReactionRemoved,
} from "@parley/domain/conversation/events"
import { type ReactionCount, withCount } from "../reactionCounts.ts"
import type { prepareAll } from "./prepareAll.ts"
import type { writes } from "./statements.ts"

type Statements = ReturnType<typeof prepareAll<typeof writes>>

export const alterMessage = (
  statements: Statements,
  conversation: number,
  revision: number,
  event: MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved,
): void => {
  const seq = event.message_seq
  switch (event._tag) {
    case "MessageEdited": {
      // The owner of an edit's key is the author, hence the sender.
      statements.edit.run(event.body.box, event.ts, conversation, seq)
      return
    }
    case "MessageDeleted": {
      const row = statements.remove.get(revision, conversation, seq)
      if (row === undefined) return
      if (row["threadRoot"] === null) statements.noteDeletion.run(conversation, seq, row["sender"]!)
      statements.forgetReactions.run(conversation, seq)
      return
    }
    case "ReactionAdded":
    case "ReactionRemoved": {
      const row = statements.reactions.get(conversation, seq) as { reactions: string | null } | undefined
      if (row === undefined) return
      const before = row.reactions === null ? [] : (JSON.parse(row.reactions) as ReadonlyArray<ReactionCount>)
      const counts = withCount(before, event.emoji, event.count)
      statements.saveReactions.run(counts.length === 0 ? null : JSON.stringify(counts), conversation, seq)
      const note = event._tag === "ReactionAdded" ? statements.react : statements.unreact
      note.run(conversation, seq, event.actor, event.emoji)
    }
  }
}
