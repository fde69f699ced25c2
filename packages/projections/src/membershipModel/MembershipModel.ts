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
import { afterJoining, afterLeaving, comingsOf, comingTypes, type Stay } from "./comings.ts"

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
  stay: `SELECT joined_seq AS joinedSeq, joined_position AS joinedPosition, removed_seq AS removedSeq,
           removed_position AS removedPosition
         FROM memberships WHERE user = ? AND conversation = ?`,
  save: `INSERT OR REPLACE INTO memberships (user, conversation, joined_seq, joined_position, removed_seq, removed_position)
         VALUES (?, ?, ?, ?, ?, ?)`,
  of: `SELECT conversation, joined_seq AS joinedSeq, joined_position AS joinedPosition, removed_seq AS removedSeq,
         removed_position AS removedPosition
       FROM memberships WHERE user = ? AND (removed_position IS NULL OR removed_position > ?)`,
} as const

type Row = Stay & Pick<MembershipRow, "conversation">

export const toMembership = ({ removedSeq, removedPosition, ...row }: Row): MembershipRow =>
  removedSeq === null || removedPosition === null
    ? { ...row, member: true }
    : { ...row, member: false, removedSeq, removedPosition }

const open = (database: DatabaseSync): Model => {
  const statements = prepareAll(database, sql)

  const change = (
    user: string,
    conversation: string,
    after: (stay: Stay | undefined) => Stay | undefined,
  ) => {
    const before = statements.stay.get(user, conversation) as Stay | undefined
    const stay = after(before)
    if (stay === undefined || stay === before) return
    const { joinedSeq, joinedPosition, removedSeq, removedPosition } = stay
    statements.save.run(user, conversation, joinedSeq, joinedPosition, removedSeq, removedPosition)
  }

  const applyOne = ({ event, subject: conversation, recorded: { revision, position } }: ModelEvent): void => {
    const { joined, left } = comingsOf(event)
    for (const user of joined) change(user, conversation, (stay) => afterJoining(stay, revision, position))
    for (const user of left) change(user, conversation, (stay) => afterLeaving(stay, revision, position))
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
  types: comingTypes,
  tables,
  tableNames: ["memberships"],
  open,
}
