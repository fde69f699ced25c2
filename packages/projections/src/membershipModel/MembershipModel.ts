/**
 * The membership model: for each user his conversations, and when he came and went.
 *
 * Always true: it decodes only the events that change memberships; the many messages between cost it a look at their type.
 */
import type { DatabaseSync } from "node:sqlite"
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { prepareAll } from "../historyModel/prepareAll.ts"
import type { MembershipRow } from "../Membership.ts"
import type { Model, ModelDefinition } from "../Model.ts"

const streamPrefix = "conversation-"
/** Names on disk. */
const membershipTypes: ReadonlySet<string> = new Set(["ConversationCreated", "MemberAdded", "MemberRemoved"])

const tables = `
  CREATE TABLE memberships (
    user TEXT NOT NULL,
    conversation TEXT NOT NULL,
    joined_seq INTEGER NOT NULL,
    joined_position INTEGER NOT NULL,
    removed_seq INTEGER,
    removed_position INTEGER,
    PRIMARY KEY (user, conversation)
  ) STRICT, WITHOUT ROWID;
`

const sql = {
  join: `INSERT INTO memberships (user, conversation, joined_seq, joined_position) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET joined_seq = excluded.joined_seq, joined_position = excluded.joined_position,
           removed_seq = NULL, removed_position = NULL
         WHERE removed_seq IS NOT NULL AND excluded.joined_seq > removed_seq`,
  leave: `UPDATE memberships SET removed_seq = ?, removed_position = ?
          WHERE user = ? AND conversation = ? AND removed_seq IS NULL AND joined_seq < ?`,
  of: `SELECT conversation, joined_seq AS joinedSeq, joined_position AS joinedPosition, removed_seq AS removedSeq,
         removed_position AS removedPosition
       FROM memberships WHERE user = ? AND (removed_position IS NULL OR removed_position > ?)`,
} as const

const open = (database: DatabaseSync): Model => {
  const statements = prepareAll(database, sql)

  const applyOne = (recorded: RecordedEvent): void => {
    if (!membershipTypes.has(recorded.type)) return
    const conversation = recorded.stream.slice(streamPrefix.length)
    const event = decodeEvent(recorded)
    if (event._tag === "MemberRemoved")
      for (const user of event.user_ids)
        statements.leave.run(recorded.revision, recorded.position, user, conversation, recorded.revision)
    else if (event._tag === "ConversationCreated" || event._tag === "MemberAdded")
      for (const { user_id } of event.members)
        statements.join.run(user_id, conversation, recorded.revision, recorded.position)
  }

  return {
    name: membershipModel.name,
    version: membershipModel.version,
    apply: (events) => {
      for (const event of events) applyOne(event)
      return { heads: [], changes: [] }
    },
    query: (method, args) => {
      if (method !== "of") throw new Error(`the membership model has no query ${method}`)
      const [user, removedAfter] = args as [string, number]
      const rows = statements.of.all(user, removedAfter) as unknown as ReadonlyArray<Record<string, any>>
      return rows.map(({ removedSeq, removedPosition, ...row }) => ({
        ...row,
        member: removedSeq === null,
        ...(removedSeq === null ? {} : { removedSeq, removedPosition }),
      })) as unknown as ReadonlyArray<MembershipRow>
    },
  }
}

export const membershipModel: ModelDefinition = {
  name: "membership",
  version: 1,
  prefixes: [streamPrefix],
  tables,
  tableNames: ["memberships"],
  open,
}
