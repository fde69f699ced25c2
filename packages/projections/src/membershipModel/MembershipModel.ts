/**
 * The membership model: for each user his conversations, and when he came and went.
 *
 * Always true: it decodes only the events that change memberships; the many messages between cost it a look at their type.
 */
import type { DatabaseSync } from "node:sqlite"
import { decodeEvent } from "@parley/domain/conversation/codec"
import { prepareAll } from "../historyModel/prepareAll.ts"
import type { MembershipRow } from "../Membership.ts"
import { type Model, type ModelDefinition, type ModelEvent, noChanges } from "../Model.ts"

/** Names on disk. */
const types: ReadonlySet<string> = new Set(["ConversationCreated", "MemberAdded", "MemberRemoved"])

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

type Row = Pick<MembershipRow, "conversation" | "joinedSeq" | "joinedPosition"> & {
  readonly removedSeq: number | null
  readonly removedPosition: number | null
}

const toMembership = ({ removedSeq, removedPosition, ...row }: Row): MembershipRow =>
  removedSeq === null || removedPosition === null
    ? { ...row, member: true }
    : { ...row, member: false, removedSeq, removedPosition }

const open = (database: DatabaseSync): Model => {
  const statements = prepareAll(database, sql)

  const applyOne = ({ event, subject: conversation, recorded: { revision, position } }: ModelEvent): void => {
    if (event._tag === "MemberRemoved")
      for (const user of event.user_ids)
        statements.leave.run(revision, position, user, conversation, revision)
    else if (event._tag === "ConversationCreated" || event._tag === "MemberAdded")
      for (const { user_id } of event.members) statements.join.run(user_id, conversation, revision, position)
  }

  return {
    apply: (events) => {
      for (const event of events) applyOne(event)
      return noChanges
    },
    query: (method, args) => {
      if (method !== "of") throw new Error(`the membership model has no query ${method}`)
      const [user, removedAfter] = args as [string, number]
      return (statements.of.all(user, removedAfter) as unknown as ReadonlyArray<Row>).map(toMembership)
    },
  }
}

export const membershipModel: ModelDefinition = {
  name: "membership",
  version: 1,
  prefix: "conversation-",
  decode: decodeEvent,
  types,
  tables,
  tableNames: ["memberships"],
  open,
}
