/** Writes what a batch made of its rows: a statement for each table that it touched. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { NewMessage } from "../../historyModel/HistoryTables.ts"
import type { Changes } from "../../Model.ts"
import { integers, texts } from "../arrays.ts"
import type { Run } from "../PostgresModel.ts"
import type { HistoryRows, MessageRow } from "./HistoryRows.ts"
import { writes as sql } from "./writes.ts"

type Write = Effect.Effect<unknown, SqlError>

const nothing: Write = Effect.void

/** A statement with a column for each of these, if there are rows at all. */
const forRows = <Row>(
  run: Run,
  statement: string,
  rows: ReadonlyArray<Row>,
  ...columns: ReadonlyArray<(row: Row) => string | number | null>
): Write => {
  if (rows.length === 0) return nothing
  const parameters = columns.map((column) => {
    const values = rows.map(column)
    return values.some((value) => typeof value === "string")
      ? texts(values as ReadonlyArray<string | null>)
      : integers(values as ReadonlyArray<number | null>)
  })
  return run(statement, ...parameters)
}

const conversations = (run: Run, rows: HistoryRows): ReadonlyArray<Write> => {
  const all = [...rows.conversations.values()].flatMap(({ numbers, created, archived }) => {
    const now = rows.moved.get(numbers.id)
    return now === undefined ? [] : [{ created, archived: archived ? 1 : 0, ...now }]
  })
  const fresh = all.flatMap(({ created, ...row }) => (created === undefined ? [] : [{ ...created, ...row }]))
  const moved = all.filter(({ created }) => created === undefined)
  return [
    forRows(
      run,
      sql.create,
      fresh,
      (row) => row.id,
      (row) => row.name,
      (row) => row.kind,
      (row) => row.createdAt,
      (row) => row.history,
      (row) => row.archived,
      (row) => row.memberCount,
      (row) => row.mainline,
      (row) => row.lastMainline,
      (row) => row.activity,
      (row) => row.revision,
      (row) => row.position,
    ),
    forRows(
      run,
      sql.move,
      moved,
      (row) => row.id,
      (row) => row.archived,
      (row) => row.memberCount,
      (row) => row.mainline,
      (row) => row.lastMainline,
      (row) => row.activity,
      (row) => row.revision,
      (row) => row.position,
    ),
    forRows(
      run,
      sql.settle,
      [...rows.settings.values()].filter((row) => rows.changedSettings.has(row.conversation)),
      (row) => row.conversation,
      (row) => row.pair,
      (row) => row.title,
      (row) => row.topic,
      (row) => row.metadata,
      (row) => row.restrictedBy,
    ),
  ]
}

const members = (run: Run, rows: HistoryRows): ReadonlyArray<Write> => {
  const changed = [...rows.members.values()].filter((slot) => slot.changed)
  const gone = changed.filter((slot) => slot.member === undefined)
  const there = changed.flatMap(({ conversation, member }) =>
    member === undefined ? [] : [{ conversation, ...member }],
  )
  return [
    forRows(
      run,
      sql.leave,
      gone,
      (row) => row.conversation,
      (row) => row.user,
    ),
    forRows(
      run,
      sql.join,
      there,
      (row) => row.conversation,
      (row) => row.user,
      (row) => row.role,
      (row) => row.joinedSeq,
      (row) => row.joinedAt,
      (row) => row.joinedPosition,
    ),
  ]
}

const messages = (run: Run, rows: HistoryRows): ReadonlyArray<Write> => {
  const changed = [...rows.messages.values()].filter((row) => row.changed)
  const said = changed.flatMap((row) => (row.said === undefined ? [] : [{ ...row, ...row.said }]))
  const altered = changed.filter((row) => row.said === undefined)
  const contents = <A>(row: MessageRow, value: A): A | null => (row.deleted === null ? value : null)
  const stands = [...rows.stands.values()]
  const senders = new Set([...said.map((row) => row.sender), ...stands.map((stand) => stand.user)])
  type Said = MessageRow & NewMessage
  return [
    forRows(run, sql.name, [...senders], (name) => name),
    forRows<Said>(
      run,
      sql.say,
      said,
      (row) => row.conversation,
      (row) => row.seq,
      (row) => row.sender,
      (row) => row.ordinal,
      (row) => row.senderOrdinal,
      (row) => row.mainline,
      (row) => row.ownMainline,
      (row) => row.replyCount,
      (row) => row.deleted,
      (row) => row.position,
      (row) => row.ts,
      (row) => row.editedAt,
      (row) => row.messageId,
      (row) => row.clientMsgId,
      (row) => contents(row, row.box),
      (row) => contents(row, row.media),
      (row) => row.replyTo,
      (row) => row.threadRoot,
      (row) => row.editBox,
      (row) => row.reactions,
    ),
    forRows(
      run,
      sql.alter,
      altered,
      (row) => row.conversation,
      (row) => row.seq,
      (row) => row.replyCount,
      (row) => row.deleted,
      (row) => row.editedAt,
      (row) => row.editBox,
      (row) => row.reactions,
    ),
    forRows(
      run,
      sql.noteDeletions,
      rows.deletions,
      (row) => row.conversation,
      (row) => row.seq,
      (row) => row.sender,
    ),
    forRows(
      run,
      sql.forgetReactions,
      rows.removed,
      (row) => row.conversation,
      (row) => row.seq,
    ),
    ...[true, false].map((standing) =>
      forRows(
        run,
        standing ? sql.react : sql.unreact,
        stands.filter((stand) => stand.stands === standing),
        (stand) => stand.conversation,
        (stand) => stand.seq,
        (stand) => stand.user,
        (stand) => stand.emoji,
      ),
    ),
  ]
}

export const write = (run: Run, rows: HistoryRows, changes: Changes["changes"]): Write =>
  Effect.all(
    [
      ...conversations(run, rows),
      ...members(run, rows),
      ...messages(run, rows),
      forRows(
        run,
        sql.note,
        changes,
        (change) => change.position,
        (change) => change.conversation,
        (change) => change.seq,
        (change) => JSON.stringify(change.added),
        (change) => JSON.stringify(change.removed),
      ),
    ],
    { discard: true },
  )
