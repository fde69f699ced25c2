/** The history model's tables in SQLite: each change is a statement, at once. */
import type { DatabaseSync } from "node:sqlite"
import type { HistoryTables, Numbers, Settings } from "./HistoryTables.ts"
import { prepareAll } from "./prepareAll.ts"
import { writes } from "./statements.ts"

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

const texts = ({ name, topic, metadata }: Settings) => [json(name), json(topic), json(metadata)] as const

export const sqliteTables = (database: DatabaseSync): HistoryTables => {
  const statements = prepareAll(database, writes)
  return {
    conversation: (name) => statements.conversation.get(name) as Numbers | undefined,
    create: ({ name, kind, createdAt, history, memberCount, revision, position, pair, settings }) => {
      const { lastInsertRowid } = statements.create.run(
        ...[name, kind, createdAt, history, memberCount, position, revision, position],
      )
      const id = Number(lastInsertRowid)
      statements.settle.run(id, JSON.stringify(pair), ...texts(settings))
      return id
    },
    move: ({ id, revision, position, memberCount, mainline, lastMainline, activity }) =>
      void statements.move.run(revision, position, memberCount, mainline, lastMainline, activity, id),
    archive: (id) => void statements.archive.run(id),
    resettle: (id, settings) => void statements.resettle.run(...texts(settings), id),
    restrictions: (id) => {
      const { restrictedBy } = statements.restrictions.get(id) as { restrictedBy: string }
      return JSON.parse(restrictedBy) as ReadonlyArray<string>
    },
    restrict: (id, by) => void statements.restrict.run(JSON.stringify(by), id),
    join: (id, { user, role, joinedSeq, joinedAt, joinedPosition }) =>
      void statements.join.run(id, user, role, joinedSeq, joinedAt, joinedPosition),
    leave: (id, user) => void statements.leave.run(id, user),
    appoint: (id, user, role) => void statements.appoint.run(role, id, user),
    ownMainline: (id, sender) =>
      (statements.ownMainline.get(id, sender) as { count: number } | undefined)?.count ?? 0,
    say: (message) =>
      void statements.message.run(
        message.conversation,
        message.seq,
        message.position,
        message.messageId,
        message.sender,
        message.clientMsgId,
        message.ts,
        message.ordinal,
        message.senderOrdinal,
        message.mainline,
        message.ownMainline,
        message.box,
        message.media,
        message.replyTo,
        message.threadRoot,
      ),
    reply: (id, seq, messageId) => void statements.reply.run(id, seq, messageId),
    edit: (id, seq, box, at) => void statements.edit.run(box, at, id, seq),
    remove: (id, seq, revision) => {
      const row = statements.remove.get(revision, id, seq)
      if (row === undefined) return undefined
      statements.forgetReactions.run(id, seq)
      return { sender: row["sender"] as string, threadRoot: row["threadRoot"] as string | null }
    },
    noteDeletion: (id, seq, sender) => void statements.noteDeletion.run(id, seq, sender),
    reactions: (id, seq) =>
      (statements.reactions.get(id, seq) as { reactions: string | null } | undefined)?.reactions,
    saveReactions: (id, seq, counts) => void statements.saveReactions.run(counts, id, seq),
    stand: (id, seq, user, emoji, stands) =>
      void (stands ? statements.react : statements.unreact).run(id, seq, user, emoji),
  }
}
